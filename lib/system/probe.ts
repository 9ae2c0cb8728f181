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
