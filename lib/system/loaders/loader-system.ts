import type { Mount } from '../../formats/mountinfo.ts';
import type { FileText, LoaderMachineFacts, LoaderRootFacts } from '../../model/observation.ts';
import type { OneShotFacts } from '../../model/one-shot.ts';
import type { StepArgs } from '../../model/step.ts';
import type { Root } from '../inside.ts';
import type { Session } from '../session.ts';

/**
 * What be-hook does on the machine for one boot loader: it reads the facts that only the folder of that boot loader in
 * lib/bootloaders knows, and it executes the steps that are different for each boot loader.
 */
export interface LoaderSystem {
  /** The names that the directory with its files can have in /boot. */
  readonly directories: readonly string[];
  /** The names that the file with its variables can have in /boot. */
  readonly variableFiles: readonly string[];
  /** Whether kernels on a separate /boot are where the distribution's entries say, and not under names with their release. */
  readonly entriesNameKernels: boolean;
  /** Reads everything outside of the roots. `defaultPath` is the path of the default subvolume. */
  readonly observeMachine: (runs: boolean, defaultPath: string) => LoaderMachineFacts;
  /**
   * Reads the loader's files in one root. Every path is resolved inside the root. `boot` is the separate /boot that the
   * root mounts; one observation passes the same object for all roots.
   */
  readonly observeRoot: (root: Root, machine: LoaderMachineFacts, boot: Root | undefined) => Promise<LoaderRootFacts>;
  /** The files among these facts from which the loader's menu can take kernel options. */
  readonly optionFiles: (facts: LoaderRootFacts) => readonly FileText[];
  /** The running machine's facts for a one-shot request. It reads the partition's UUID only if `ask` is set. */
  readonly observeOneShot: (mounts: readonly Mount[], ask: boolean) => Promise<OneShotFacts>;
  /** Writes the one-shot request for a boot environment; `undefined` withdraws it. */
  readonly writeNext: (mountpoint: string, name: string | undefined) => void;
  /** Regenerates the distribution's own menu. Throws `distribution-menu-kept` if the old one stays. */
  readonly refreshDistributionMenu: (session: Session, step: StepArgs['refresh-distribution-menu']) => Promise<void>;
}
