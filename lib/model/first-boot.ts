/** The work that a boot environment does when it boots for the first time, before its services start. */
export interface FirstBoot {
  /**
   * Volumes that are copied then, so that the copies have everything that was written until then. Its fstab names the
   * copies.
   */
  readonly copies: readonly DeferredCopy[];
  /**
   * Whether the post-upgrade hooks run after that: `due`, or `begun`. A boot finds `begun` only if an earlier boot was
   * interrupted in the hooks.
   */
  readonly migration?: 'due' | 'begun';
}

/** A deferred copy of a volume. */
export interface DeferredCopy {
  /** Where the volume is mounted when the environment runs. */
  readonly mountpoint: string;
  /** The uuid of the subvolume to copy. It stays the same when a user moves the subvolume. */
  readonly from: string;
  /** Where the copy will be, from the top of the file system. */
  readonly to: string;
}
