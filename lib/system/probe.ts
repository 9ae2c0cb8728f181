import { statfsSync } from 'node:fs';

/** f_type of btrfs (statfs(2)). */
const btrfsMagic = 0x9123683e;

/**
 * Whether the running root is a btrfs, asked of the kernel, without a program and without a package: this is every
 * hook's first question.
 */
export function rootIsBtrfs(): boolean {
  return statfsSync('/').type === btrfsMagic;
}

/** Bytes that can still be written to the file system that a path is on, and that it has in all. */
export function spaceOf(path: string): { readonly free: number; readonly size: number } {
  const { bavail, blocks, bsize } = statfsSync(path);
  return { free: bavail * bsize, size: blocks * bsize };
}
