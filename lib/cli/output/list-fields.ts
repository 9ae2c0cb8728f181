import { printTarget } from '../../model/snapshot-name.ts';
import type { Space } from '../../model/space.ts';
import { visible } from '../../model/visible.ts';
import { flagsOf, type Listed, mountpointOf } from '../listing.ts';

/** What of an environment gets a line of its own. */
export interface FieldLines {
  readonly snapshots: boolean;
  /** Its root and its own copies of volumes, instead of the environment as a whole. */
  readonly subvolumes: boolean;
}

/**
 * The lines of `beadm list -H` (illumos beadm(8)), for scripts: fields between semicolons, space in bytes, times in
 * seconds since 1970, what there is not is empty. `NAME;UUID;FLAGS;MOUNTPOINT;SPACE;POLICY;CREATED` for an environment;
 * `NAME;SUBVOLUME;FLAGS;MOUNTPOINT;SPACE;POLICY;CREATED` for a subvolume; `NAME;NAME@SNAPSHOT;;;SPACE;POLICY;CREATED`
 * for a snapshot, or without the two empty fields where only snapshots are asked for.
 */
export function printFields(listed: readonly Listed[], { snapshots, subvolumes }: FieldLines): string {
  const lines = listed.flatMap((one) => [
    ...(subvolumes ? subvolumeLines(one) : snapshots ? [] : [environmentLine(one)]),
    ...(snapshots ? snapshotLines(one, subvolumes) : []),
  ]);
  return lines.map((line) => `${line.join(';')}\n`).join('');
}

/** All of ours stay until somebody destroys them (beadm(8), "Policy"). */
export const policy = 'static';

function environmentLine({ environment, space }: Listed): readonly string[] {
  // Not the uuid of its subvolume, which a rollback replaces: illumos keeps it, and scripts know an environment by it.
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
