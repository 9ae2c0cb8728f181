import type { SystemState } from '../model/environment.ts';
import type { Subvolume } from '../model/observation.ts';
import { directoryOf } from './subvolume-set.ts';

/**
 * The subvolumes of each boot environment and each snapshot, by the id of its root: the root itself, the subvolumes
 * inside of it, and the copies of volumes that be-hook made with it. A subvolume belongs to the innermost one. Shared
 * volumes belong to no environment.
 */
export function ownSubvolumes({ environments, subvolumes }: SystemState): ReadonlyMap<number, readonly Subvolume[]> {
  const roots = environments.flatMap((environment) => [
    environment.subvolume,
    ...environment.snapshots.map(({ subvolume }) => subvolume),
  ]);
  const owners = new Map(roots.map((root) => [directoryOf(root) ?? root.path, root.id]));
  const own = new Map<number, Subvolume[]>(roots.map(({ id }) => [id, []]));
  for (const subvolume of subvolumes) {
    const owner = innermost(subvolume.path, owners);
    if (owner !== undefined) own.get(owner)?.push(subvolume);
  }
  return own;
}

function innermost(path: string, owners: ReadonlyMap<string, number>): number | undefined {
  // Every path is below the top level. The top level therefore owns only itself.
  for (let place = path; place !== ''; place = place.slice(0, Math.max(0, place.lastIndexOf('/')))) {
    const owner = owners.get(place);
    if (owner !== undefined) return owner;
  }
  return path === '' ? owners.get('') : undefined;
}

/** Those that do not lie inside of another one in the list. */
export function outermost(subvolumes: readonly Subvolume[]): readonly Subvolume[] {
  const isInside = (inner: Subvolume): boolean =>
    subvolumes.some((outer) => outer !== inner && inner.path.startsWith(`${outer.path}/`));
  return subvolumes.filter((subvolume) => !isInside(subvolume));
}
