import type { FilesystemFacts, Subvolume } from '../model/observation.ts';
import { type FstabEntry, isNamedBy } from './fstab.ts';
import { readSubvolumeChoice } from './subvolume-options.ts';

/** Whether a line of fstab mounts the root itself. */
export function isRootEntry({ mountpoint }: FstabEntry): boolean {
  return /^\/+$/.test(mountpoint);
}

/** The line of an fstab that mounts /boot; undefined if no line does. Of several lines systemd uses the first. */
export function findBootEntry(fstab: readonly FstabEntry[]): FstabEntry | undefined {
  return fstab.find(({ mountpoint }) => isBootPlace(mountpoint));
}

/** Whether an fstab mounts this file system at /boot. */
export function mountsAtBoot(fstab: readonly FstabEntry[], filesystem: Pick<FilesystemFacts, 'sources'>): boolean {
  const line = findBootEntry(fstab);
  return line !== undefined && isNamed(line, filesystem);
}

/** Whether a mount point is /boot. */
export function isBootPlace(mountpoint: string): boolean {
  return /^\/+boot\/*$/.test(mountpoint);
}

/** Whether a line of fstab mounts a btrfs, or leaves the choice of the type to mount(8). */
export function mayBeBtrfs({ type }: FstabEntry): boolean {
  return type.split(',').some((word) => word === 'btrfs' || word === 'auto');
}

/** A file system with the names that lines of fstab use, and its subvolumes. */
export interface NamedSubvolumes<S> {
  readonly filesystem: Pick<FilesystemFacts, 'sources'>;
  readonly subvolumes: readonly S[];
}

/** The subvolume of this file system that a line of fstab mounts; undefined for any other line. */
export function entrySubvolume<S extends Pick<Subvolume, 'id' | 'path'>>(
  entry: FstabEntry,
  { filesystem, subvolumes }: NamedSubvolumes<S>,
): S | undefined {
  if (!mayBeBtrfs(entry) || !isNamed(entry, filesystem)) return undefined;
  const { path, id } = readSubvolumeChoice(entry.options);
  if (path !== undefined) return subvolumes.find((subvolume) => subvolume.path === path);
  return id === undefined ? undefined : subvolumes.find((subvolume) => subvolume.id === id);
}

/** Whether a line of fstab names this file system. */
export function isNamed(entry: FstabEntry, { sources }: Pick<FilesystemFacts, 'sources'>): boolean {
  return isNamedBy(entry, sources);
}
