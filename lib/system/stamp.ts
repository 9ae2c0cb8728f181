import { lstatSync } from 'node:fs';
import type { FilesystemType } from '../model/filesystem-type.ts';

/**
 * A text that changes whenever a program writes or replaces the file, also if the program keeps the size. It does not
 * change when a program only changes the owner, the mode or an attribute. Empty for a file that does not exist. Linux gives
 * the files of a FAT new inode numbers at each mount (fs/fat/inode.c, fat_build_inode), and FAT records the time of a
 * change in units of two seconds.
 */
export function stampOf(path: string, type: FilesystemType): string {
  const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return '';
  return `${type === 'vfat' ? 0 : found.ino}:${found.size}:${found.mtimeNs}`;
}
