import type { TreeEntry } from './drift.ts';
import type { KernelRecord } from './kernel-record.ts';
import type { Mark, SnapshotMark } from './mark.ts';
import type { Menu } from './menu.ts';
import type { SubvolumeMount, Unmounted } from './mounting.ts';
import type { Part } from './part.ts';
import type { FilesystemId, Place } from './place.ts';
import type { Problem } from './problem.ts';
import type { VolumePolicy } from './volume.ts';

/**
 * Everything that be-hook can do to a machine: one key per kind of step, with its arguments. Paths are from the top of
 * the btrfs, without a leading slash. Where a step also has `on`, its path is from the top of that file system.
 */
export interface StepArgs {
  /** Gets the lock, which only one be-hook process has. */
  'take-lock': object;
  /** Makes a subvolume a boot environment. */
  'set-mark': { readonly path: string; readonly mark: Mark };
  /** Makes a subvolume an ordinary one again. */
  'clear-mark': { readonly path: string };
  /** Makes a directory of the store, with the note that its content is not finished. */
  'begin-directory': { readonly path: string };
  /** Removes that note. */
  'finish-directory': { readonly path: string };
  /** Gives a directory of the store to root, and removes the access of all other users. */
  'protect-directory': { readonly path: string };
  /** Makes an empty subvolume, and the directory around it. */
  'create-subvolume': { readonly path: string };
  /** Copies a subvolume, writable. The copy replaces a placeholder if there is one. */
  'clone-subvolume': {
    readonly from: string;
    readonly to: string;
    /** The id of the source, if the source exists already. */
    readonly id?: number | undefined;
    /**
     * The replacement in the copy if users have moved or deleted the source meanwhile: nothing, or an empty subvolume.
     */
    readonly otherwise?: 'nothing' | 'empty';
  };
  /** Replaces a placeholder by a directory. A snapshot of an outer subvolume has a placeholder for each inner one. */
  'replace-placeholder': { readonly path: string; readonly like: string };
  /** Makes a subvolume read-only. */
  'freeze-subvolume': { readonly path: string };
  /** Makes a subvolume writable again, because subvolumes inside of it can only be deleted then. */
  'thaw-subvolume': { readonly path: string };
  'set-snapshot-mark': { readonly path: string; readonly mark: SnapshotMark };
  'set-volume-policy': { readonly path: string; readonly policy: VolumePolicy };
  /** Notes on a subvolume, or on a directory of the store, that its deletion has begun. */
  'mark-for-deletion': { readonly path: string; readonly uuid: string };
  /** Deletes a subvolume that contains no other one, if it still is the observed one and is not in use. */
  'delete-subvolume': { readonly path: string; readonly id: number };
  /** Waits, at most a minute, until the kernel has freed the space of deleted subvolumes. */
  'wait-for-space': { readonly ids: readonly number[] };
  /** Removes a directory and the directories in it, if they are empty. */
  'remove-directory': { readonly path: string };
  /** Adds a line to the history. */
  'append-history': { readonly path: string; readonly line: string };
  /** Records which boot environment boots by default; `uuid` undefined deletes the record. */
  'set-active': { readonly uuid: string | undefined };
  /**
   * Makes a subvolume the default one, which is mounted if no option names another. `from` is the id of the default
   * subvolume until then. be-hook restores it if a later step of the activation fails.
   */
  'set-default-subvolume': { readonly path: string; readonly from: number };
  /** Records the partition with the file from which GRUB reads the one-shot request. */
  'set-one-shot-file': { readonly filesystemUuid: string };
  /** Sets the one-shot request; `name` undefined withdraws it. `mountpoint` is the partition's, on this machine. */
  'set-next': { readonly mountpoint: string; readonly name: string | undefined };
  'make-directory': Place;
  /** Replaces or creates a whole file, atomically and durably. It keeps owner, mode and label of the replaced file. */
  'write-file': Place & {
    readonly text: string;
    /** Mode of a new file. */
    readonly mode: number;
    /** A file of the same file system whose SELinux label a new file gets. */
    readonly labelLike: string | undefined;
  };
  'remove-file': Place;
  /**
   * Copies a kernel image or an initrd to a new name, durably. It refuses if the content no longer has this digest, and
   * leaves no partial file behind. Nothing names the copy before the next barrier.
   */
  'keep-file': Place & {
    readonly from: Place;
    /** SHA-256, in hexadecimal. */
    readonly digest: string;
    /** Bytes. */
    readonly size: number;
  };
  /** Records the files of a root's kernels; `kernels` undefined deletes the record. */
  'set-kernels': { readonly path: string; readonly kernels: KernelRecord | undefined };
  /**
   * Copies a directory with everything below it, including owners, modes and attributes. It replaces whatever has that
   * path.
   */
  'copy-tree': { readonly from: string; readonly to: string };
  /**
   * Puts a file, symbolic link or directory in place, atomically and durably. It refuses if the content is no longer
   * that of `entry`.
   */
  'carry-file': {
    readonly path: string;
    /** The path of the content; it may be the same path. */
    readonly from: string;
    /** The common base of `path` and `from`. be-hook applies the changes from `base` to `from` to `path`. */
    readonly base: string | undefined;
    readonly entry: TreeEntry;
    /** The path of the extended attributes. */
    readonly attributesFrom: string;
  };
  /**
   * Waits until the results of all earlier steps on this file system are where GRUB can read them. GRUB replays no log.
   */
  'sync-filesystem': { readonly on: FilesystemId };
  /** Regenerates the distribution's own menu with its own tool. */
  'refresh-distribution-menu': Place & {
    /** The distribution's menu generator, for instance `/usr/sbin/grub2-mkconfig`. */
    readonly generator: string;
    /** The program that checks whether the boot loader can parse a menu, if there is one. */
    readonly check: string | undefined;
  };
  /**
   * Mounts a root, the first one, and then volumes in it, on paths of this machine: all of them, or none. It makes a
   * missing directory for the root, with access for all users or for root alone.
   */
  'mount-subvolumes': {
    readonly mounts: readonly SubvolumeMount[];
    readonly makeDirectory: 'public' | 'private' | undefined;
  };
  /** Unmounts in this order, and removes directories of be-hook. It mounts subvolumes again if a later one is busy. */
  unmount: { readonly mounts: readonly Unmounted[]; readonly directories: readonly string[]; readonly lazy: boolean };
  /** Leaves the "needs sync" mark in the running system. */
  'mark-needs-sync': object;
  /** Removes the "needs sync" mark. */
  'clear-needs-sync': object;
}

/** The kinds of steps. */
export type StepKind = keyof StepArgs;

/** One step of a plan: the action and the reason. */
export type Step = {
  readonly [K in StepKind]: { readonly kind: K; readonly reason: string; readonly part?: Part } & StepArgs[K];
}[StepKind];

/** Whether a step changes which environment boots by default. */
export function isActivating({ kind }: Step): boolean {
  return kind === 'set-active' || kind === 'set-default-subvolume';
}

/** The result of a planner that does not refuse: steps in this order. Plain JSON. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Facts for the user; they do not affect success. */
  readonly warnings: readonly Problem[];
  /** Failures beside the steps. The first one decides the exit status. */
  readonly unresolved: readonly Problem[];
  /** The menu that be-hook's files show after it; left out in a plan that does not decide that. */
  readonly menu?: Menu;
  /** Whether, on a full disk, be-hook may execute its deletions before it writes the menus. */
  readonly mayDeleteFirst?: boolean;
  /** Whether it takes effect only at the next start of the machine; left out where that is obvious. */
  readonly reboot?: boolean;
  /** Sentences for the user, for the time when everything is done. */
  readonly notes?: readonly string[];
}
