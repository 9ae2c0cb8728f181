import { lstatSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
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

/** The unit of the time of a change on FAT, in milliseconds. */
const unit = 2000;

/**
 * Waits until a later change of these files gives them another stamp. On FAT a program can change a file twice in one unit of
 * time, at most two seconds. It waits for no file whose time lies in the future.
 */
export async function awaitDistinctTimes(paths: readonly string[], type: FilesystemType): Promise<void> {
  if (type !== 'vfat') return;
  const now = Date.now();
  const ends = paths.map((path) => (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) + unit);
  const last = Math.max(0, ...ends.filter((end) => end <= now + unit));
  if (last > now) await setTimeout(last - now);
}
