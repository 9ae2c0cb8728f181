/** What a boot environment has still to do when it boots for the first time, before its services start. */
export interface FirstBoot {
  /** Volumes that are copied then, so that nothing is lost that is written until then. Its fstab names the copies. */
  readonly copies: readonly AwaitedCopy[];
  /**
   * Whether what belongs on the upgraded software runs after that: `due`, or `begun`, which is found only by a boot after
   * one that was interrupted there.
   */
  readonly migration?: 'due' | 'begun';
}

/** A copy of a volume that is yet to be made. */
export interface AwaitedCopy {
  /** Where it is found when the environment runs. */
  readonly mountpoint: string;
  /** The uuid of the subvolume that it is a copy of: that stays the same when somebody moves it. */
  readonly from: string;
  /** Where it will be, from the top of the file system. */
  readonly to: string;
}
