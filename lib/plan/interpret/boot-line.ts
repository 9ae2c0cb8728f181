import type { FstabEntry } from '../../formats/fstab.ts';

/** The line of an fstab that mounts /boot. Undefined if it has none. */
export function findBootLine(fstab: readonly FstabEntry[]): FstabEntry | undefined {
  return fstab.find(({ mountpoint }) => /^\/boot\/*$/.test(mountpoint));
}
