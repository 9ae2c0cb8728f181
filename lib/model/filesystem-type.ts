/** The types of the file systems that can have files of a boot. */
export const filesystemTypes = ['btrfs', 'ext4', 'xfs', 'vfat'] as const;

/** One of `filesystemTypes`. */
export type FilesystemType = (typeof filesystemTypes)[number];

/** What a file system can do, as far as writing a file depends on it. */
export interface FilesystemAbilities {
  /** Whether after a power cut a replaced file has either its old or its new content. */
  readonly atomicRename: boolean;
  /** Whether a file can have a second name. */
  readonly hardLinks: boolean;
  /**
   * How to bring everything that was written to the place where a boot loader reads it. No boot loader replays a journal.
   * `syncfs` is sync(1) of the file system. `freeze` also writes the contents of the journal to their places.
   */
  readonly barrier: 'syncfs' | 'freeze';
  /** Whether firmware can read it, and so also other boot loaders than GRUB. */
  readonly firmware: boolean;
}

/**
 * The abilities of each type. ext4 and btrfs: measured with power cuts at every write (rename over a file, then a sync).
 * xfs: a rename is one transaction of the log (fs/xfs/xfs_inode.c, xfs_rename). vfat: after a rename over a file,
 * power cuts left no file (measured: test/guest/fat-power-cut.test.ts), and its directories have no operation `link`
 * (fs/fat/namei_vfat.c, vfat_dir_inode_operations). The barriers: measured with GRUB's own code on images that were copied
 * after the barrier, while another process wrote (test/integration/barrier.test.ts). After syncfs, GRUB did not see the last
 * change on xfs at all, and on ext4 in 17 of 40 cases.
 */
export const abilities: Readonly<Record<FilesystemType, FilesystemAbilities>> = {
  btrfs: { atomicRename: true, hardLinks: true, barrier: 'syncfs', firmware: false },
  ext4: { atomicRename: true, hardLinks: true, barrier: 'freeze', firmware: false },
  xfs: { atomicRename: true, hardLinks: true, barrier: 'freeze', firmware: false },
  vfat: { atomicRename: false, hardLinks: false, barrier: 'syncfs', firmware: true },
};
