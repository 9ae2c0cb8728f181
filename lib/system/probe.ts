import { statfsSync } from 'node:fs';

/** f_type of btrfs (statfs(2)). */
const btrfsMagic = 0x9123683e;

/**
 * Whether the running root is a btrfs. It asks the kernel, without a program and without a package, because every hook
 * checks this first.
 */
export function rootIsBtrfs(): boolean {
  return statfsSync('/').type === btrfsMagic;
}

/** The free bytes and the total bytes of the file system that holds a path. */
export function spaceOf(path: string): { readonly free: number; readonly size: number } {
  const { bavail, blocks, bsize } = statfsSync(path);
  return { free: bavail * bsize, size: blocks * bsize };
}
