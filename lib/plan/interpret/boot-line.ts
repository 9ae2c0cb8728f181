import type { FstabEntry } from '../../formats/fstab.ts';

/** Whether a line of fstab mounts /boot. */
export function isBootEntry({ mountpoint }: FstabEntry): boolean {
  return /^\/boot\/*$/.test(mountpoint);
}

/** The line of an fstab that mounts /boot. Undefined if it has none. */
export function findBootLine(fstab: readonly FstabEntry[]): FstabEntry | undefined {
  return fstab.find(isBootEntry);
}
