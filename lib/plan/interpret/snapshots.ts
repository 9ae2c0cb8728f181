import { parseSnapshotMark } from '../../formats/mark.ts';
import type { BootEnvironment, UnfinishedWork } from '../../model/environment.ts';
import type { Observation } from '../../model/observation.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import { printTarget } from '../../model/snapshot-name.ts';

/** All snapshots, by the `id` of the boot environment from which they were taken, the oldest first. */
export function interpretSnapshots(
  observation: Observation,
  unfinishedWork: readonly UnfinishedWork[],
): ReadonlyMap<string, readonly Snapshot[]> {
  const byPath = new Map(observation.subvolumes.map((subvolume) => [subvolume.path, subvolume]));
  const byEnvironment = new Map<string, Snapshot[]>();
  for (const { path, name, value } of observation.attributes) {
    const subvolume = name === 'snapshot' ? byPath.get(path) : undefined;
    const mark = subvolume === undefined ? undefined : parseSnapshotMark(value);
    // A writable copy of a snapshot carries the snapshot's mark. Only a read-only subvolume still has its original
    // content.
    if (subvolume === undefined || mark?.uuid !== subvolume.uuid) continue;
    if (!observation.readOnly.includes(subvolume.id)) continue;
    if (unfinishedWork.some((work) => work.kind === 'doomed' && path.startsWith(`${work.path}/`))) continue;
    const { created, description } = mark;
    byEnvironment.set(mark.of, [
      ...(byEnvironment.get(mark.of) ?? []),
      { name: mark.name, subvolume, created, description },
    ]);
  }
  for (const snapshots of byEnvironment.values())
    snapshots.sort((a, b) => a.created - b.created || a.subvolume.id - b.subvolume.id);
  return byEnvironment;
}

/**
 * The names of boot environments and snapshots, by the uuids of their roots. A rollback replaces the root of an
 * environment. A copy of a former root is a copy of this environment.
 */
export function namesByUuid(environments: readonly BootEnvironment[]): ReadonlyMap<string, string> {
  const former = environments.flatMap(({ name, id, former }) => [id, ...former].map((uuid) => [uuid, name] as const));
  const present = environments.flatMap(({ name, subvolume, snapshots }) => [
    [subvolume.uuid, name] as const,
    ...snapshots.map((snapshot) => [snapshot.subvolume.uuid, printTarget(name, snapshot.name)] as const),
  ]);
  return new Map([...former, ...present]);
}
