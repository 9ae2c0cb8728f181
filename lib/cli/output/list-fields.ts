import { printTarget } from '../../model/snapshot-name.ts';
import type { Space } from '../../model/space.ts';
import { visible } from '../../model/visible.ts';
import { flagsOf, type Listed, mountpointOf } from '../listing.ts';

/** The parts of an environment that get their own lines. */
export interface FieldLines {
  readonly snapshots: boolean;
  /** Its root and its own copies of volumes, instead of the environment as a whole. */
  readonly subvolumes: boolean;
}

/**
 * The lines of `beadm list -H` (illumos beadm(8)), for scripts: fields between semicolons, space in bytes, times in
 * seconds since 1970. A missing value is empty. `NAME;UUID;FLAGS;MOUNTPOINT;SPACE;POLICY;CREATED` for an environment.
 * `NAME;SUBVOLUME;FLAGS;MOUNTPOINT;SPACE;POLICY;CREATED` for a subvolume. `NAME;NAME@SNAPSHOT;;;SPACE;POLICY;CREATED`
 * for a snapshot, or without the two empty fields where only snapshots are listed.
 */
export function printFields(listed: readonly Listed[], { snapshots, subvolumes }: FieldLines): string {
  const lines = listed.flatMap((listed) => [
    ...(subvolumes ? subvolumeLines(listed) : snapshots ? [] : [environmentLine(listed)]),
    ...(snapshots ? snapshotLines(listed, subvolumes) : []),
  ]);
  return lines.map((line) => `${line.join(';')}\n`).join('');
}

/** beadm's word for a boot environment that stays until a user destroys it (beadm(8), "Policy"). */
export const policy = 'static';

function environmentLine({ environment, space }: Listed): readonly string[] {
  // Not the uuid of its subvolume, because a rollback replaces it. illumos keeps the uuid, and scripts know an
  // environment by it.
  const { name, id, created } = environment;
  return [name, id, ...places(environment), bytes(space), policy, String(created)];
}

function subvolumeLines({ environment, space, volumes }: Listed): readonly (readonly string[])[] {
  const { name, subvolume, created } = environment;
  const own = volumes.filter(({ written }) => written !== undefined);
  return [
    [name, visible(subvolume.path), ...places(environment), bytes(space), policy, String(created)],
    ...own.map(({ volume, written }) => {
      return [name, visible(volume.subvolume.path), '', '', String(written ?? ''), policy, String(created)];
    }),
  ];
}

function snapshotLines({ environment, snapshots }: Listed, wide: boolean): readonly (readonly string[])[] {
  return snapshots.map(({ snapshot, space }) => {
    const target = printTarget(environment.name, snapshot.name);
    return [environment.name, target, ...(wide ? ['', ''] : []), bytes(space), policy, String(snapshot.created)];
  });
}

function places(environment: Listed['environment']): readonly [string, string] {
  return [flagsOf(environment), visible(mountpointOf(environment) ?? '')];
}

function bytes({ exclusive, written }: Space): string {
  return String(exclusive ?? written ?? '');
}
