import type { TreeEntry } from './drift.ts';
import type { Mark, SnapshotMark } from './mark.ts';
import type { SubvolumeMount, Unmounted } from './mounting.ts';
import type { Part } from './part.ts';
import type { Problem } from './problem.ts';
import type { VolumePolicy } from './volume.ts';

/**
 * Everything the program can do to a machine: one key per kind of step, with its arguments. Paths are from the top of
 * the file system, without a leading slash.
 */
export interface StepArgs {
  /** Makes a subvolume a boot environment. */
  'set-mark': { readonly path: string; readonly mark: Mark };
  /** Makes a subvolume an ordinary one again. */
  'clear-mark': { readonly path: string };
  /** Makes a directory of the depot, with the note that what is in it is not finished. */
  'begin-directory': { readonly path: string };
  /** Takes that note away. */
  'finish-directory': { readonly path: string };
  /** Gives a directory of the depot to root, and takes access from all others. */
  'protect-directory': { readonly path: string };
  /** Makes an empty subvolume, and its directory. */
  'create-subvolume': { readonly path: string };
  /** Copies a subvolume, writable; in the place of a placeholder if there is one. */
  'clone-subvolume': {
    readonly from: string;
    readonly to: string;
    /** The id of what is copied, where it is there already. */
    readonly id?: number | undefined;
    /** What the copy has instead where users have moved or deleted it meanwhile: nothing, or an empty subvolume. */
    readonly otherwise?: 'nothing' | 'empty';
  };
  /** Makes a directory of the placeholder that the snapshot of an outer subvolume has in place of an inner one. */
  'replace-placeholder': { readonly path: string; readonly like: string };
  /** Makes a subvolume read-only. */
  'freeze-subvolume': { readonly path: string };
  /** Makes a subvolume writable again, so that those inside of it can be deleted. */
  'thaw-subvolume': { readonly path: string };
  'set-snapshot-mark': { readonly path: string; readonly mark: SnapshotMark };
  'set-volume-policy': { readonly path: string; readonly policy: VolumePolicy };
  /** Notes on a subvolume, or on a directory of the depot, that its deletion has begun. */
  doom: { readonly path: string; readonly uuid: string };
  /** Deletes a subvolume that has none inside, if it still is the one that was observed and nobody uses it. */
  'delete-subvolume': { readonly path: string; readonly id: number };
  /** Waits, a minute at most, until the kernel has given back the space of deleted subvolumes. */
  'wait-for-space': { readonly ids: readonly number[] };
  /** Removes a directory and those in it, as far as they are empty. */
  'remove-directory': { readonly path: string };
  /** Adds a line to the history. */
  'append-history': { readonly path: string; readonly line: string };
  /** Records which boot environment boots by default; `uuid` undefined forgets it. */
  'set-active': { readonly uuid: string | undefined };
  /** Records the partition with the file by which GRUB is told what to boot once. */
  'set-one-shot-file': { readonly filesystemUuid: string };
  /** Tells GRUB what to boot once; `name` undefined takes that back. `mountpoint` is the partition's, on this machine. */
  'set-next': { readonly mountpoint: string; readonly name: string | undefined };
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
  /** Copies a directory with everything below it, owners, modes and attributes too, in place of what has that path. */
  'copy-tree': { readonly from: string; readonly to: string };
  /**
   * Puts a file, symbolic link or directory in place, atomically and durably, or refuses if its content is not that of
   * `entry` any more.
   */
  'carry-file': {
    readonly path: string;
    /** What has the content, which may be the same path. */
    readonly from: string;
    /** What `path` and `from` both once were; what became of it in `from` is then done in `path`. */
    readonly base: string | undefined;
    readonly entry: TreeEntry;
    /** What has the extended attributes. */
    readonly attributesFrom: string;
  };
  /** Waits until everything before it is where GRUB, which replays no log, can read it. */
  'sync-filesystem': object;
  /** Regenerates the distribution's own menu with its own tool. */
  'refresh-distribution-menu': {
    readonly grubCfg: string;
    readonly mkconfig: string;
    readonly scriptCheck: string | undefined;
  };
  /**
   * Mounts a root, the first one, and then volumes in it, on paths of this machine: all of them, or none. A missing
   * directory for the root is made, for everybody or for root alone.
   */
  'mount-subvolumes': {
    readonly mounts: readonly SubvolumeMount[];
    readonly makeDirectory: 'public' | 'private' | undefined;
  };
  /** Unmounts, in this order, and removes directories of ours; what was a subvolume comes back if a later one is busy. */
  unmount: { readonly mounts: readonly Unmounted[]; readonly directories: readonly string[]; readonly lazy: boolean };
  /** Leaves word in the running system that a sync is due. */
  'mark-needs-sync': object;
  /** Takes back the "needs sync" mark. */
  'clear-needs-sync': object;
}

/** The kinds of steps. */
export type StepKind = keyof StepArgs;

/** One step of a plan: what is done, and why. */
export type Step = {
  readonly [K in StepKind]: { readonly kind: K; readonly reason: string; readonly part?: Part } & StepArgs[K];
}[StepKind];

/** What a planner answers when it does not refuse: steps to take in this order. Plain JSON. */
export interface Plan {
  readonly steps: readonly Step[];
  /** What the user should know; it changes nothing about success. */
  readonly warnings: readonly Problem[];
  /** What could not be done beside the steps; the first one gives the exit status. */
  readonly unresolved: readonly Problem[];
  /** Whether, on a full disk, its deletions may come before its menus. */
  readonly mayDeleteFirst?: boolean;
  /** Whether it takes effect at the next start of the machine only; left out where that goes without saying. */
  readonly reboot?: boolean;
  /** What the user wants to know when all is done, in sentences. */
  readonly notes?: readonly string[];
}
