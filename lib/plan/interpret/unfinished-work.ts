import { parseMark, parseSnapshotMark, unknownFeatures } from '../../formats/mark.ts';
import type { UnfinishedWork } from '../../model/environment.ts';
import type { Observation, Subvolume } from '../../model/observation.ts';
import { store } from '../../model/store.ts';
import { directoryOf } from '../subvolume-set.ts';

/** Derives the unfinished work of interrupted runs: unfinished creations and unfinished deletions. */
export function interpretUnfinishedWork(observation: Observation): readonly UnfinishedWork[] {
  const { attributes, subvolumes } = observation;
  const markedForDeletion = findMarkedForDeletion(observation);
  const begun = observation.store
    .filter(
      (path) =>
        isNameless(path) || attributes.some((attribute) => attribute.path === path && attribute.name === 'incomplete'),
    )
    .map((path): UnfinishedWork => {
      const inside = subvolumes.filter((subvolume) => subvolume.path.startsWith(`${path}/`));
      const finished = inside.some((subvolume) => isMarked(subvolume, observation));
      return { path, kind: finished ? 'finished' : 'unfinished' };
    });
  return [
    ...begun.filter(({ path }) => !markedForDeletion.includes(path)),
    ...markedForDeletion.map((path) => ({ path, kind: 'doomed' }) as const),
  ];
}

/** A directory gets its final name only after it has its note. */
function isNameless(path: string): boolean {
  return path.startsWith(`${store}/.`);
}

/** A root that carries the mark that was given to it, and the id by which its snapshots refer to it. */
interface Marked {
  readonly subvolume: Subvolume;
  readonly id: string;
  readonly place: string;
  readonly changeable: boolean;
}

/**
 * The paths to delete, in this order: snapshots of former boot environments that are marked for deletion, everything
 * that is marked for deletion itself, and roots that a rollback replaced by another subvolume.
 */
function findMarkedForDeletion(observation: Observation): readonly string[] {
  const { attributes } = observation;
  const noted = attributes
    .filter(({ path, name, value }) => name === 'doomed' && isOf(path, value, observation))
    .map(({ path }) => path);
  const marked = observation.roots.flatMap(({ subvolume, mark, unsafe }): readonly Marked[] => {
    const parsed = mark === undefined ? undefined : parseMark(mark);
    if (parsed?.uuid !== subvolume.uuid || unsafe !== undefined) return [];
    const changeable = unknownFeatures(parsed).length === 0;
    return [{ subvolume, id: parsed.id ?? parsed.uuid, place: directoryOf(subvolume) ?? subvolume.path, changeable }];
  });
  const staying = marked.filter(({ place }) => !noted.includes(place));
  // If a mark requires features that this version does not know, its id alone does not decide anything.
  const replaced = staying.filter(
    ({ changeable, ...one }) =>
      changeable && staying.some((root) => root.id === one.id && root.subvolume.id > one.subvolume.id),
  );
  const lost = marked.filter(
    ({ place, id }) => noted.includes(place) && !staying.some((candidate) => candidate.id === id),
  );
  const snapshots = attributes.flatMap(({ path, name, value }) => {
    const of = name === 'snapshot' ? parseSnapshotMark(value)?.of : undefined;
    const subvolume = observation.subvolumes.find((subvolume) => subvolume.path === path);
    const isOurs = subvolume !== undefined && lost.some(({ id }) => id === of) && isSnapshot(subvolume, observation);
    return isOurs ? [directoryOf(subvolume) ?? path] : [];
  });
  return [...new Set([...snapshots, ...noted, ...replaced.map(({ place }) => place)])];
}

/** Whether a note is still at its original place. A copied note does not count, nor one with another root beside it. */
function isOf(path: string, uuid: string, { store: kept, subvolumes }: Observation): boolean {
  const at = (place: string): Subvolume | undefined => subvolumes.find((subvolume) => subvolume.path === place);
  const root = kept.includes(path) ? at(`${path}/root`) : at(path);
  return root === undefined ? kept.includes(path) : root.uuid === uuid;
}

function isMarked(subvolume: Subvolume, observation: Observation): boolean {
  const mark = observation.roots.find((root) => root.subvolume.path === subvolume.path)?.mark;
  return (mark !== undefined && parseMark(mark)?.uuid === subvolume.uuid) || isSnapshot(subvolume, observation);
}

/** A writable copy of a snapshot inherits the mark of the snapshot, but it is no snapshot. */
function isSnapshot({ path, uuid, id }: Subvolume, { attributes, readOnly }: Observation): boolean {
  const snapshot = attributes.find((attribute) => attribute.path === path && attribute.name === 'snapshot')?.value;
  return snapshot !== undefined && readOnly.includes(id) && parseSnapshotMark(snapshot)?.uuid === uuid;
}
