import type { Mark } from './mark.ts';
import type { Problem } from './problem.ts';

/**
 * Everything the program can do to a machine: one key per kind of step, with its arguments. Paths are from the top of
 * the file system, without a leading slash.
 */
export interface StepArgs {
  /** Makes a subvolume a boot environment. */
  'set-mark': { readonly path: string; readonly mark: Mark };
  /** Makes a subvolume an ordinary one again. */
  'clear-mark': { readonly path: string };
  /** Records which boot environment boots by default; `uuid` undefined forgets it. */
  'set-active': { readonly uuid: string | undefined };
  'make-directory': { readonly path: string };
  /** Replaces or creates a whole file, atomically and durably, keeping owner, mode and label of what it replaces. */
  'write-file': {
    readonly path: string;
    readonly text: string;
    /** Mode of a file that did not exist. */
    readonly mode: number;
    /** A file whose SELinux label a new file takes. */
    readonly labelLike: string | undefined;
  };
  'remove-file': { readonly path: string };
  /** Waits until everything before it is where GRUB, which replays no log, can read it. */
  'sync-filesystem': object;
  /** Regenerates the distribution's own menu with its own tool. */
  'refresh-distribution-menu': {
    readonly grubCfg: string;
    readonly mkconfig: string;
    readonly scriptCheck: string | undefined;
  };
  /** Leaves word in the running system that a sync is due. */
  'mark-needs-sync': object;
  /** Takes back the "needs sync" mark. */
  'clear-needs-sync': object;
}

/** The kinds of steps. */
export type StepKind = keyof StepArgs;

/** One step of a plan: what is done, and why. */
export type Step = { readonly [K in StepKind]: { readonly kind: K; readonly reason: string } & StepArgs[K] }[StepKind];

/** What a planner answers when it does not refuse: steps to take in this order. Plain JSON. */
export interface Plan {
  readonly steps: readonly Step[];
  /** What the user should know; it changes nothing about success. */
  readonly warnings: readonly Problem[];
  /** What could not be done beside the steps; the first one gives the exit status. */
  readonly unresolved: readonly Problem[];
}
