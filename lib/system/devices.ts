import type { Subvolume } from '../model/observation.ts';
import { pathOf, stat } from './files.ts';

/**
 * Ids of subvolumes by the device number that stat(2) shows for everything in them: btrfs gives each subvolume one of
 * its own, the same in every mount and every namespace.
 */
export type Devices = ReadonlyMap<number, number>;

/** The device numbers of subvolumes on an opened file system. */
export function subvolumesByDevice(top: string, subvolumes: readonly Subvolume[]): Devices {
  return new Map(
    subvolumes.flatMap(({ id, path }) => {
      const device = stat(pathOf(top, path))?.device;
      return device === undefined ? [] : [[device, id] as const];
    }),
  );
}
