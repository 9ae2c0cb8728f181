import type { Observation, Subvolume, Use } from '../model/observation.ts';
import type { Step } from '../model/step.ts';
import { store } from '../model/store.ts';

/**
 * The directory of the store in which a root was made, together with its copies of volumes; undefined for a root that
 * be-hook did not make.
 */
export function directoryOf(root: Subvolume): string | undefined {
  return new RegExp(`^${store}/[^/]+(?=/root$)`).exec(root.path)?.[0];
}

/**
 * A root and everything that be-hook deletes with it: the subvolumes inside of it, and the copies of volumes made with
 * it.
 */
export function subvolumesOf(root: Subvolume, { subvolumes }: Observation): readonly Subvolume[] {
  const place = directoryOf(root) ?? root.path;
  return subvolumes.filter(({ path }) => path === root.path || path.startsWith(`${place}/`));
}

/**
 * Steps that delete subvolumes, the inner ones first. A read-only one is made writable first, because the subvolumes
 * inside of it can only be deleted then.
 */
export function deleteAll(
  subvolumes: readonly Subvolume[],
  { readOnly }: Observation,
  reason: string,
): readonly Step[] {
  const inside = (outer: Subvolume): boolean => subvolumes.some(({ path }) => path.startsWith(`${outer.path}/`));
  const frozen = subvolumes.filter((subvolume) => readOnly.includes(subvolume.id) && inside(subvolume));
  return [
    ...frozen.map(({ path }): Step => ({ kind: 'thaw-subvolume', path, reason })),
    ...[...subvolumes]
      .sort((a, b) => depth(b) - depth(a) || (a.path < b.path ? -1 : 1))
      .map(({ path, id }): Step => ({ kind: 'delete-subvolume', path, id, reason })),
  ];
}

/** The uses of these subvolumes; undefined if the uses were not observed. */
export function usesOf(
  subvolumes: readonly Subvolume[],
  { uses }: Pick<Observation, 'uses'>,
): readonly Use[] | undefined {
  return uses?.filter((use) => subvolumes.some(({ id }) => id === use.subvolume));
}

function depth({ path }: Subvolume): number {
  return path.split('/').length;
}
