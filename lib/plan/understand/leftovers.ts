import { parseMark, parseSnapshotMark, unknownFeatures } from '../../formats/mark.ts';
import { depot } from '../../model/depot.ts';
import type { Leftover } from '../../model/environment.ts';
import type { Observation, Subvolume } from '../../model/observation.ts';
import { directoryOf } from '../subvolume-set.ts';

/** What interrupted runs left behind: creations that were not finished, destructions that were begun. */
export function understandLeftovers(observation: Observation): readonly Leftover[] {
  const { attributes, subvolumes } = observation;
  const doomed = findDoomed(observation);
  const begun = observation.depot
    .filter((path) => isNameless(path) || attributes.some((one) => one.path === path && one.name === 'incomplete'))
    .map((path): Leftover => {
      const inside = subvolumes.filter((subvolume) => subvolume.path.startsWith(`${path}/`));
      const finished = inside.some((subvolume) => isMarked(subvolume, observation));
      return { path, kind: finished ? 'finished' : 'unfinished' };
    });
  return [
    ...begun.filter(({ path }) => !doomed.includes(path)),
    ...doomed.map((path) => ({ path, kind: 'doomed' }) as const),
  ];
}

/** A directory gets its name when it has its note. */
function isNameless(path: string): boolean {
  return path.startsWith(`${depot}/.`);
}

/** A root that carries the mark that was given to it, and what its snapshots call it. */
interface Marked {
  readonly subvolume: Subvolume;
  readonly id: string;
  readonly place: string;
  readonly changeable: boolean;
}

/**
 * Where that is what has to go: what was noted to be deleted, with the snapshots of what was a boot environment, which go
 * first; and what was a boot environment until a rollback put another subvolume in its place.
 */
function findDoomed(observation: Observation): readonly string[] {
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
  // What a mark means that requires more than this version knows is not judged by its id alone.
  const replaced = staying.filter(
    ({ changeable, ...one }) =>
      changeable && staying.some((other) => other.id === one.id && other.subvolume.id > one.subvolume.id),
  );
  const lost = marked.filter(({ place, id }) => noted.includes(place) && !staying.some((one) => one.id === id));
  const snapshots = attributes.flatMap(({ path, name, value }) => {
    const of = name === 'snapshot' ? parseSnapshotMark(value)?.of : undefined;
    const subvolume = observation.subvolumes.find((one) => one.path === path);
    const isOurs = subvolume !== undefined && lost.some(({ id }) => id === of) && isMarked(subvolume, observation);
    return isOurs ? [directoryOf(subvolume) ?? path] : [];
  });
  return [...new Set([...snapshots, ...noted, ...replaced.map(({ place }) => place)])];
}

/** Whether a note still lies where it was put: one that was copied, or has another root beside it, does not count. */
function isOf(path: string, uuid: string, { depot: kept, subvolumes }: Observation): boolean {
  const at = (place: string): Subvolume | undefined => subvolumes.find((one) => one.path === place);
  const root = kept.includes(path) ? at(`${path}/root`) : at(path);
  return root === undefined ? kept.includes(path) : root.uuid === uuid;
}

function isMarked({ path, uuid, id }: Subvolume, { roots, attributes, readOnly }: Observation): boolean {
  const mark = roots.find((root) => root.subvolume.path === path)?.mark;
  if (mark !== undefined && parseMark(mark)?.uuid === uuid) return true;
  const snapshot = attributes.find((one) => one.path === path && one.name === 'snapshot')?.value;
  return snapshot !== undefined && readOnly.includes(id) && parseSnapshotMark(snapshot)?.uuid === uuid;
}
