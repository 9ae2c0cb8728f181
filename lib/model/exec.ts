import type { SubvolumeMount } from './mounting.ts';
import type { Problem } from './problem.ts';

/** A directory of a system that the kernel or the machine fills. */
export type KernelPlace = 'dev' | 'proc' | 'sys' | 'run' | 'tmp';

/** The surroundings of a command that runs in a boot environment. Plain JSON. */
export interface ExecPlan {
  readonly name: string;
  /** Mount points as the command sees them. The first one is the root. */
  readonly mounts: readonly SubvolumeMount[];
  readonly kernel: readonly { readonly what: KernelPlace; readonly mountpoint: string }[];
  /**
   * The path of the file, from the root, that gets the content of the machine's resolv.conf. be-hook does not write it
   * to the environment's disk.
   */
  readonly resolver: string | undefined;
  /**
   * The mount point of the separate /boot; undefined without one. `private` hides the changes of the command from the
   * other environments.
   */
  readonly boot: { readonly mountpoint: string; readonly private: boolean } | undefined;
  readonly command: readonly string[];
  /** Whether be-hook discards all changes to the root. */
  readonly scratch: boolean;
  /** The content of /proc/cmdline; undefined keeps the machine's. */
  readonly commandLine: string | undefined;
  readonly warnings: readonly Problem[];
}
