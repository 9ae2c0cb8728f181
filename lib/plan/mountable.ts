import type { SystemState } from '../model/environment.ts';
import type { MountingFacts, MountingRequest, SubvolumeMount } from '../model/mounting.ts';
import type { Observation, Subvolume } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { printTarget, type Target } from '../model/snapshot-name.ts';
import { hasUnprintable } from '../model/visible.ts';
import type { Volume } from '../model/volume.ts';
import { findEnvironment } from './find-environment.ts';
import { findSnapshot } from './find-snapshot.ts';
import { subvolumesOf } from './subvolume-set.ts';
import { understandVolumes } from './understand/volumes.ts';

/** A boot environment, or a snapshot, as something that can be mounted. */
export interface Mountable {
  /** As the user calls it. */
  readonly name: string;
  readonly root: Subvolume;
  /** Whether nothing in it may be changed. */
  readonly readOnly: boolean;
  readonly running: boolean;
  /** The volumes that have to be mounted to be seen, and belong to nobody else; the outer ones first. */
  readonly own: readonly Volume[];
  /** Those that it has in common with others. */
  readonly shared: readonly Volume[];
  /** What about it was not understood. */
  readonly warnings: readonly Problem[];
}

/** The boot environment or the snapshot of that name, or the refusal that says which there are. */
export function findMountable(observation: Observation, state: SystemState, target: Target): Mountable | Problem {
  const environment = findEnvironment(state, target.name);
  if (isProblem(environment)) return environment;
  const isOwn = (root: Subvolume) => (volume: Volume) => belongs(volume, root, state, observation);
  const part = (root: Subvolume, volumes: readonly Volume[]): Pick<Mountable, 'own' | 'shared'> => {
    const mounted = volumes.filter(({ nested, mountpoint }) => !nested && mountpoint.startsWith('/')).sort(outerFirst);
    return { own: mounted.filter(isOwn(root)), shared: mounted.filter((one) => !isOwn(root)(one)) };
  };
  const { name, subvolume, readOnly, running, volumes, blocker } = environment;
  if (target.snapshot === undefined) {
    const warnings = blocker === undefined ? [] : [blocker];
    return { name, root: subvolume, readOnly, running, ...part(subvolume, volumes), warnings };
  }
  const snapshot = findSnapshot(environment, target.snapshot);
  if (isProblem(snapshot)) return snapshot;
  const root = snapshot.subvolume;
  const facts = observation.roots.find((one) => one.subvolume.id === root.id);
  const kept = facts === undefined ? [] : understandVolumes(facts, observation);
  const called = printTarget(name, snapshot.name);
  return { name: called, root, readOnly: true, running: false, ...part(root, kept), warnings: [] };
}

/** What has to be looked at to mount these volumes, and further mount points, inside of a root. */
export function askPlaces(
  { root }: Mountable,
  volumes: readonly Volume[],
  others: readonly string[],
): NonNullable<MountingRequest['inside']> {
  const further = others.map((mountpoint) => ({ mountpoint, subvolume: undefined }));
  return { root, points: [...volumes.map(({ mountpoint, subvolume }) => ({ mountpoint, subvolume })), ...further] };
}

/** Where a root and its volumes are mounted when the root is mounted on `directory`, and which volumes cannot be. */
export function placeMounts(
  { name, root, readOnly }: Mountable,
  volumes: readonly Volume[],
  { places }: MountingFacts,
  directory: string,
): { readonly mounts: readonly [SubvolumeMount, ...SubvolumeMount[]]; readonly warnings: readonly Problem[] } {
  const base = directory.replace(/\/+$/, '');
  const mounts: [SubvolumeMount, ...SubvolumeMount[]] = [{ mountpoint: directory, subvolume: short(root), readOnly }];
  const warnings: Problem[] = [];
  for (const volume of volumes) {
    const place = findPlace(volume.mountpoint, places);
    if (place === undefined) warnings.push(leftOut(name, volume.mountpoint));
    else {
      const frozen = readOnly || volume.readOnly;
      mounts.push({ mountpoint: base + place, subvolume: short(volume.subvolume), readOnly: frozen });
    }
  }
  return { mounts, warnings };
}

/** Where a mount point is inside of a root; undefined where nothing can be mounted. */
export function findPlace(mountpoint: string, places: MountingFacts['places']): string | undefined {
  const place = places.find((one) => one.mountpoint === mountpoint)?.place;
  return place === undefined || hasUnprintable(place) ? undefined : place;
}

/** Says that a mount point is of no use. */
export function leftOut(name: string, path: string): Problem {
  return { code: 'mount-left-out', name, path, why: 'its mount point is not a directory' };
}

/**
 * Whether a volume is one environment's alone: made together with it, or to be copied with it and nobody else's. A clone
 * that has no copy yet has the volume of its source in its fstab, which is not its own.
 */
function belongs(volume: Volume, root: Subvolume, state: SystemState, observation: Observation): boolean {
  const { id } = volume.subvolume;
  if (subvolumesOf(root, observation).some((one) => one.id === id)) return true;
  const others = state.environments.filter((one) => one.subvolume.id !== root.id);
  const sharing = others.some(({ volumes }) => volumes.some(({ subvolume }) => subvolume.id === id));
  return (volume.marked === 'cloned' || volume.marked === 'cloned-at-boot') && !sharing;
}

function outerFirst(a: Volume, b: Volume): number {
  return depth(a.mountpoint) - depth(b.mountpoint);
}

function depth(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}

function short({ id, path }: Subvolume): SubvolumeMount['subvolume'] {
  return { id, path };
}
