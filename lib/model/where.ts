/** The file systems that the administrator names because they are not those of the running system. */
export interface Where {
  /** A directory of the btrfs, its block device or its image. */
  readonly filesystem: string;
  /** The block device of its separate /boot, or the directory where that is mounted. Undefined if the fstab of an environment names it. */
  readonly boot?: string | undefined;
}
