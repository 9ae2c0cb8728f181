import type { BootEnvironment } from '../model/environment.ts';
import { execBase } from '../model/mounting.ts';
import type { Observation, Subvolume, Use } from '../model/observation.ts';
import type { Problem } from '../model/problem.ts';
import type { Volume } from '../model/volume.ts';
import { findDefault } from './default-subvolume.ts';
import { subvolumesOf, usesOf } from './subvolume-set.ts';
import type { World } from './world.ts';

/**
 * Why a boot environment cannot be destroyed or replaced, whatever flags the user gives. be-hook never deletes the
 * running, the next, a mounted or a held one. The kernel does not protect them.
 */
export function findObstacle(environment: BootEnvironment, { state, observation, loader }: World): Problem | undefined {
  const { name, subvolume } = environment;
  const inUse = (how: 'running' | 'next' | 'held'): Problem => {
    return { code: 'environment-in-use', name, how, detail: '' };
  };
  if (environment.markFault !== undefined) return environment.markFault;
  if (environment.running) return inUse('running');
  if (environment.next) return inUse('next');
  if (environment.held) return inUse('held');
  if (subvolume.path === '') return volumeObstacle(name, 'all volumes, because it is the top level of the file system');
  const gone = subvolumesOf(subvolume, observation);
  // A rollback of the active environment makes its new subvolume the default one before it deletes the old one.
  const isMoved = ({ id }: Subvolume): boolean => state.followsDefault && environment.active && id === subvolume.id;
  const needed = findDefault(
    name,
    gone.filter((candidate) => !isMoved(candidate)),
    observation,
  );
  if (needed !== undefined) return needed;
  const held = loader.holds(environment, state);
  if (held !== undefined) return { code: 'environment-in-use', name, how: 'menu-home', detail: held };
  const others = state.environments.filter((candidate) => candidate !== environment);
  return findUse(name, gone, observation) ?? findSharer(name, gone, others) ?? findUntold(gone, observation);
}

/**
 * Subvolumes inside of these that the listing does not identify. be-hook cannot delete them, and therefore cannot
 * delete the outer ones either.
 */
export function findUntold(
  subvolumes: readonly Subvolume[],
  { ambiguous }: Pick<Observation, 'ambiguous'>,
): Problem | undefined {
  const paths = ambiguous
    .map(({ path }) => path)
    .filter((path) => subvolumes.some((subvolume) => path.startsWith(`${subvolume.path}/`)));
  return paths.length === 0 ? undefined : { code: 'listing-ambiguous', paths };
}

/** The mount or process that uses these subvolumes; `internal` if the uses were not observed. */
export function findUse(
  name: string,
  subvolumes: readonly Subvolume[],
  observation: Pick<Observation, 'uses'>,
): Problem | undefined {
  const uses = usesOf(subvolumes, observation);
  if (uses === undefined) return { code: 'internal', text: 'the uses of the subvolumes were not observed' };
  // An administrator cannot unmount the root of a process, such as that of `be-hook exec`. The message therefore names
  // the process. In the view of the process that mount point is /.
  const isRoot = (use: Use): boolean =>
    use.kind === 'mount' && (use.mountpoint === '/' || isBelow(use.mountpoint, execBase));
  const use =
    uses.find((candidate) => candidate.kind === 'mount' && !isRoot(candidate)) ??
    uses.find((candidate) => !isRoot(candidate)) ??
    uses[0];
  if (use?.kind === 'mount') return { code: 'environment-mounted', name, where: use.mountpoint };
  if (use?.kind === 'kernel') return { code: 'environment-in-use', name, how: 'kernel', detail: use.what };
  return use && { code: 'environment-in-use', name, how: 'process', detail: `${use.name} (PID ${use.pid})` };
}

function isBelow(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

/** A boot environment that lies in these subvolumes, mounts one of them, or waits to copy one. */
export function findSharer(
  name: string,
  gone: readonly Subvolume[],
  others: readonly BootEnvironment[],
): Problem | undefined {
  for (const environment of others) {
    const need = findNeed(name, gone, environment);
    if (need !== undefined) return need;
    const deferred = environment.firstBoot?.copies.find(({ from }) => gone.some(({ uuid }) => uuid === from));
    if (deferred !== undefined)
      return volumeObstacle(
        name,
        `the volume ${deferred.mountpoint} of “${environment.name}”, which copies it at its first boot`,
      );
    const inner = [environment.subvolume, ...environment.snapshots.map(({ subvolume }) => subvolume)];
    if (inner.some((subvolume) => gone.some(({ id }) => id === subvolume.id))) {
      return volumeObstacle(name, `the boot environment “${environment.name}”`);
    }
  }
  return undefined;
}

/** A volume among the subvolumes to be deleted that a remaining environment uses too. */
export function findNeed(
  name: string,
  gone: readonly Subvolume[],
  environment: { readonly name: string; readonly volumes: readonly Volume[] },
): Problem | undefined {
  const volume = environment.volumes.find(({ subvolume }) => gone.some(({ id }) => id === subvolume.id));
  return volume === undefined
    ? undefined
    : volumeObstacle(name, `the volume ${volume.mountpoint} of “${environment.name}”`);
}

function volumeObstacle(name: string, detail: string): Problem {
  return { code: 'environment-in-use', name, how: 'volume', detail };
}
