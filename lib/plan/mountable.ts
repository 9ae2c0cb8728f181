import type { SystemState } from '../model/environment.ts';
import type { MountingFacts, MountingRequest, SubvolumeMount } from '../model/mounting.ts';
import type { Observation, Subvolume } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { printTarget, type Target } from '../model/snapshot-name.ts';
import { hasUnprintable } from '../model/visible.ts';
import type { Volume } from '../model/volume.ts';
import { findEnvironment } from './find-environment.ts';
import { findSnapshot } from './find-snapshot.ts';
import { interpretVolumes } from './interpret/volumes.ts';
import { subvolumesOf } from './subvolume-set.ts';
import type { World } from './world.ts';

/** A boot environment or a snapshot in a form that can be mounted. */
export interface Mountable {
  /** As the user named it. */
  readonly name: string;
  readonly root: Subvolume;
  /** Whether it must not be changed. */
  readonly readOnly: boolean;
  readonly running: boolean;
  /** The volumes that need a mount of their own and that no other environment uses; the outer ones first. */
  readonly own: readonly Volume[];
  /** The volumes that it shares with other environments. */
  readonly shared: readonly Volume[];
  /** Problems with parts that be-hook cannot interpret. */
  readonly warnings: readonly Problem[];
}

/** The boot environment or the snapshot of that name, or the refusal that lists the existing ones. */
export function findMountable({ observation, state }: World, target: Target): Mountable | Problem {
  const environment = findEnvironment(state, target.name);
  if (isProblem(environment)) return environment;
  const isOwn = (root: Subvolume) => (volume: Volume) => belongs(volume, root, state, observation);
  const part = (root: Subvolume, volumes: readonly Volume[]): Pick<Mountable, 'own' | 'shared'> => {
    const mounted = volumes.filter(({ nested, mountpoint }) => !nested && mountpoint.startsWith('/')).sort(outerFirst);
    return { own: mounted.filter(isOwn(root)), shared: mounted.filter((volume) => !isOwn(root)(volume)) };
  };
  const { name, subvolume, readOnly, running, volumes, blocker } = environment;
  if (target.snapshot === undefined) {
    const warnings = blocker === undefined ? [] : [blocker];
    return { name, root: subvolume, readOnly, running, ...part(subvolume, volumes), warnings };
  }
  const snapshot = findSnapshot(environment, target.snapshot);
  if (isProblem(snapshot)) return snapshot;
  const root = snapshot.subvolume;
  const facts = observation.roots.find((candidate) => candidate.subvolume.id === root.id);
  const ofSnapshot = facts === undefined ? [] : interpretVolumes(facts, observation);
  const called = printTarget(name, snapshot.name);
  return { name: called, root, readOnly: true, running: false, ...part(root, ofSnapshot), warnings: [] };
}

/** The request for the facts that are needed to mount these volumes, and further mount points, inside of a root. */
export function askPlaces(
  { root }: Mountable,
  volumes: readonly Volume[],
  others: readonly string[],
): NonNullable<MountingRequest['inside']> {
  const further = others.map((mountpoint) => ({ mountpoint, subvolume: undefined }));
  return { root, points: [...volumes.map(({ mountpoint, subvolume }) => ({ mountpoint, subvolume })), ...further] };
}

/**
 * The mounts of a root and its volumes if the root is mounted on `directory`, and warnings about volumes that cannot be
 * mounted.
 */
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

/** The place of a mount point inside of a root; undefined if nothing can be mounted there. */
export function findPlace(mountpoint: string, places: MountingFacts['places']): string | undefined {
  const place = places.find((candidate) => candidate.mountpoint === mountpoint)?.place;
  return place === undefined || hasUnprintable(place) ? undefined : place;
}

/** The warning about a mount point that be-hook cannot use. */
export function leftOut(name: string, path: string): Problem {
  return { code: 'mount-left-out', name, path, why: 'its mount point is not a directory' };
}

/**
 * Whether only this environment uses a volume. That is so if be-hook made the volume together with it, or if cloning
 * copies the volume and no other environment mounts it. A clone without its deferred copy still has the volume of its
 * source in its fstab. That volume is not its own.
 */
function belongs(volume: Volume, root: Subvolume, state: SystemState, observation: Observation): boolean {
  const { id } = volume.subvolume;
  if (subvolumesOf(root, observation).some((subvolume) => subvolume.id === id)) return true;
  const others = state.environments.filter((environment) => environment.subvolume.id !== root.id);
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
