import { fstatSync } from 'node:fs';
import type { Subvolume } from '../model/observation.ts';
import { findBeneath, using } from './beneath.ts';
import { subvolumeInode } from './btrfs.ts';

/**
 * Ids of subvolumes by the device number that stat(2) shows for their files. btrfs gives each subvolume a device number
 * of its own, which is the same in every mount and every namespace.
 */
export type Devices = ReadonlyMap<number, number>;

/** The device numbers of subvolumes on an opened file system. */
export function subvolumesByDevice(top: string, subvolumes: readonly Subvolume[]): Devices {
  return new Map(
    subvolumes.flatMap(({ id, path }) => {
      // Through an open directory: through a symbolic link in its place, another subvolume would count as in use.
      const directory = findBeneath(top, path);
      if (directory === undefined) return [];
      const { ino, dev } = using(directory, ({ fd }) => fstatSync(fd));
      return ino === subvolumeInode ? [[dev, id] as const] : [];
    }),
  );
}
