import { parseSnapshotMark } from '../../formats/mark.ts';
import type { Leftover } from '../../model/environment.ts';
import type { Observation } from '../../model/observation.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { printTarget } from '../../model/snapshot-name.ts';

/** All snapshots, by the `id` of the boot environment they were taken of, the oldest first. */
export function understandSnapshots(
  observation: Observation,
  leftovers: readonly Leftover[],
): ReadonlyMap<string, readonly Snapshot[]> {
  const byPath = new Map(observation.subvolumes.map((subvolume) => [subvolume.path, subvolume]));
  const all = new Map<string, Snapshot[]>();
  for (const { path, name, value } of observation.attributes) {
    const subvolume = name === 'snapshot' ? byPath.get(path) : undefined;
    const mark = subvolume === undefined ? undefined : parseSnapshotMark(value);
    // A copy carries the mark of its source; only what is read-only is what it was.
    if (subvolume === undefined || mark?.uuid !== subvolume.uuid) continue;
    if (!observation.readOnly.includes(subvolume.id)) continue;
    if (leftovers.some((one) => one.kind === 'doomed' && path.startsWith(`${one.path}/`))) continue;
    const { created, description } = mark;
    all.set(mark.of, [...(all.get(mark.of) ?? []), { name: mark.name, subvolume, created, description }]);
  }
  for (const snapshots of all.values())
    snapshots.sort((a, b) => a.created - b.created || a.subvolume.id - b.subvolume.id);
  return all;
}

/** What boot environments and snapshots are called, by the uuid of their root. */
export function namesByUuid(
  environments: readonly { readonly name: string; readonly uuid: string; readonly snapshots: readonly Snapshot[] }[],
): ReadonlyMap<string, string> {
  return new Map(
    environments.flatMap(({ name, uuid, snapshots }) => [
      [uuid, name] as const,
      ...snapshots.map((snapshot) => [snapshot.subvolume.uuid, printTarget(name, snapshot.name)] as const),
    ]),
  );
}
