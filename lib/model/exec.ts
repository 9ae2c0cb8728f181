import type { SubvolumeMount } from './mounting.ts';
import type { Problem } from './problem.ts';

/** A directory of a system that the kernel or the machine fills. */
export type KernelPlace = 'dev' | 'proc' | 'sys' | 'run' | 'tmp';

/** What a command finds when it runs in a boot environment. Plain JSON. */
export interface ExecPlan {
  readonly name: string;
  /** Mount points are as the command sees them; the first one is the root. */
  readonly mounts: readonly SubvolumeMount[];
  readonly kernel: readonly { readonly what: KernelPlace; readonly mountpoint: string }[];
  /** The file, from the root, that is to say what the machine's resolv.conf says; it is not on the environment's disk. */
  readonly resolver: string | undefined;
  readonly command: readonly string[];
  /** What it does to the root is thrown away. */
  readonly scratch: boolean;
  /** What /proc/cmdline says; undefined leaves it the machine's. */
  readonly commandLine: string | undefined;
  readonly warnings: readonly Problem[];
}
