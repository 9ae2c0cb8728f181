import type { SystemState } from '../model/environment.ts';
import {
  type MountingFacts,
  type MountingRequest,
  mountBase,
  type SeenMount,
  type Unmounted,
} from '../model/mounting.ts';
import type { Observation, Subvolume } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Target } from '../model/snapshot-name.ts';
import type { Plan } from '../model/step.ts';
import { findMountable } from './mountable.ts';
import type { World } from './world.ts';

/** The request to unmount. */
export interface UmountIntent {
  /** All mounts of a boot environment or a snapshot, or the mount on a directory. */
  readonly what: Target | { readonly directory: string };
  /**
   * Whether to detach mounts that are in use. The kernel releases them when the last user closes them (umount(8),
   * `--lazy`).
   */
  readonly lazy: boolean;
}

/** The request for the facts that `planUmount` needs. */
export function askToUmount({ what }: UmountIntent): MountingRequest {
  return 'directory' in what ? { directory: what.directory } : {};
}

/** Unmounts a boot environment or a snapshot, with everything that is mounted below it. */
export function planUmount(world: World, intent: UmountIntent, facts: MountingFacts): Plan | Problem {
  const tops = findTops(world, intent, facts);
  if (isProblem(tops)) return tops;
  const places = tops.indices.flatMap((index) => facts.mounts[index]?.mountpoint ?? []);
  const isGoing = ({ mountpoint }: SeenMount, index: number): boolean =>
    tops.indices.some((top, nth) => index >= top && isAtOrBelow(mountpoint, places[nth] ?? ''));
  // The youngest first. When be-hook unmounts a mount, no later one lies below it or hides it.
  const mounts = facts.mounts.filter(isGoing).map((mount) => describe(mount, world.observation));
  const directories = places.filter((place) => place.startsWith(`${mountBase}/`));
  const reason = `unmounting “${tops.name}”`;
  return {
    steps: [{ kind: 'unmount', mounts: mounts.reverse(), directories, lazy: intent.lazy, reason }],
    warnings: [],
    unresolved: [],
  };
}

/** The mounts of the root, by their positions among all mounts. */
interface Tops {
  readonly name: string;
  readonly indices: readonly number[];
}

function findTops(world: World, { what }: UmountIntent, facts: MountingFacts): Tops | Problem {
  if ('directory' in what) return findByDirectory(world.state, what.directory, facts);
  const found = findMountable(world, what);
  if (isProblem(found)) return found;
  const { name, root } = found;
  if (found.running) return { code: 'environment-in-use', name, how: 'running', detail: '', verb: 'unmount' };
  const indices = facts.mounts.flatMap(({ subvolume }, index) => (subvolume === root.id ? [index] : []));
  return indices.length === 0 ? { code: 'not-mounted', name } : { name, indices };
}

function findByDirectory(state: SystemState, asked: string, { mounts, directory }: MountingFacts): Tops | Problem {
  const place = directory?.real;
  const index = mounts.findLastIndex(({ mountpoint }) => mountpoint === place);
  const id = mounts[index]?.subvolume;
  const name = id === undefined ? undefined : nameOf(state, id);
  if (name === undefined) return { code: 'not-mounted', name: asked };
  if (place === '/') return { code: 'environment-in-use', name, how: 'running', detail: '', verb: 'unmount' };
  return { name: asked, indices: [index] };
}

function nameOf({ environments }: SystemState, id: number): string | undefined {
  const holds = (root: Subvolume): boolean => root.id === id;
  return environments.find((environment) =>
    [environment, ...environment.snapshots].some(({ subvolume }) => holds(subvolume)),
  )?.name;
}

/** The known facts about a mount. With them be-hook can mount it again if another one turns out to be in use. */
function describe({ mountpoint, subvolume: id, readOnly }: SeenMount, { subvolumes }: Observation): Unmounted {
  const subvolume = subvolumes.find((subvolume) => subvolume.id === id);
  return { mountpoint, subvolume: subvolume && { id: subvolume.id, path: subvolume.path }, readOnly };
}

function isAtOrBelow(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}
