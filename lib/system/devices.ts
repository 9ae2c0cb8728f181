import { fstatSync } from 'node:fs';
import type { Subvolume } from '../model/observation.ts';
import { findBeneath, using } from './beneath.ts';
import { subvolumeInode } from './btrfs.ts';

/**
 * Ids of subvolumes by the device number that stat(2) shows for everything in them: btrfs gives each subvolume one of
 * its own, the same in every mount and every namespace.
 */
export type Devices = ReadonlyMap<number, number>;

/** The device numbers of subvolumes on an opened file system. */
export function subvolumesByDevice(top: string, subvolumes: readonly Subvolume[]): Devices {
  return new Map(
    subvolumes.flatMap(({ id, path }) => {
      // By an open directory: a symbolic link in its place would name another subvolume, and that would be in use.
      const directory = findBeneath(top, path);
      if (directory === undefined) return [];
      const { ino, dev } = using(directory, ({ fd }) => fstatSync(fd));
      return ino === subvolumeInode ? [[dev, id] as const] : [];
    }),
  );
}
