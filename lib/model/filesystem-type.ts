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
}

/**
 * The abilities of each type. ext4 and btrfs: measured with power cuts at every write (rename over a file, then a sync).
 * xfs: a rename is one transaction of the log (fs/xfs/xfs_inode.c, xfs_rename). vfat: after a rename over a file,
 * power cuts left no file (measured: test/guest/fat-power-cut.test.ts), and its directories have no operation `link`
 * (fs/fat/namei_vfat.c, vfat_dir_inode_operations).
 */
export const abilities: Readonly<Record<FilesystemType, FilesystemAbilities>> = {
  btrfs: { atomicRename: true, hardLinks: true },
  ext4: { atomicRename: true, hardLinks: true },
  xfs: { atomicRename: true, hardLinks: true },
  vfat: { atomicRename: false, hardLinks: false },
};
