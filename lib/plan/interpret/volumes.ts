import type { FstabEntry } from '../../formats/fstab.ts';
import { entrySubvolume, isBootPlace, isRootEntry } from '../../formats/fstab-subvolume.ts';
import type { Observation, RootFacts, Subvolume } from '../../model/observation.ts';
import { isProblem } from '../../model/problem.ts';
import { store } from '../../model/store.ts';
import { type Volume, type VolumePolicy, volumePolicies } from '../../model/volume.ts';
import { readFstab } from './file-text.ts';

/**
 * The volumes of a root: subvolumes of the same file system that its fstab mounts, and those that lie inside of it, the
 * outer ones first. Empty if be-hook cannot interpret the fstab.
 */
export function interpretVolumes(root: RootFacts, observation: Observation): readonly Volume[] {
  const mounted = readEntries(root).flatMap((entry): readonly Volume[] => {
    const subvolume = isRootEntry(entry) ? undefined : entrySubvolume(entry, observation);
    if (subvolume === undefined || subvolume.id === root.subvolume.id) return [];
    return [describe(subvolume, entry.mountpoint, false, observation)];
  });
  const known = new Set(mounted.map(({ subvolume }) => subvolume.id));
  const inner = findNested(root.subvolume, '', known, observation);
  // An administrator mounts the top level to see all subvolumes. That alone makes none of them a part of the system.
  const below = mounted
    .filter(({ subvolume }) => subvolume.path !== '')
    .flatMap((volume) => findNested(volume.subvolume, volume.mountpoint, known, observation));
  return [...mounted, ...inner, ...below];
}

/**
 * The volumes that lie inside of one that a root mounts at `mountpoint`, the outer ones first. It leaves out the
 * volumes in `mounted`, and everything inside of these.
 */
export function volumesInside(
  outer: Subvolume,
  mountpoint: string,
  mounted: readonly Volume[],
  observation: Observation,
): readonly Volume[] {
  return findNested(outer, mountpoint, new Set(mounted.map(({ subvolume }) => subvolume.id)), observation);
}

/**
 * The policy in a subvolume's attribute; undefined if there is no attribute, or if this version does not know the
 * policy.
 */
export function policyOf(subvolume: Subvolume, { attributes }: Observation): VolumePolicy | undefined {
  const value = attributes.find(({ path, name }) => path === subvolume.path && name === 'volume')?.value;
  return volumePolicies.find((policy) => policy === value);
}

function readEntries(root: RootFacts): readonly FstabEntry[] {
  const entries = readFstab(root);
  return isProblem(entries) ? [] : entries;
}

/** The subvolume of /boot is cloned with its root. Each boot environment needs the kernels for its own modules. */
function describe(subvolume: Subvolume, mountpoint: string, nested: boolean, observation: Observation): Volume {
  const readOnly = observation.readOnly.includes(subvolume.id);
  const marked = policyOf(subvolume, observation) ?? (isBootPlace(mountpoint) ? 'cloned' : undefined);
  return { mountpoint, subvolume, marked, nested, readOnly };
}

function findNested(
  outer: Subvolume,
  mountpoint: string,
  known: ReadonlySet<number>,
  observation: Observation,
): readonly Volume[] {
  const prefix = outer.path === '' ? '' : `${outer.path}/`;
  const isBelow = (path: string): boolean => path !== '' && path.startsWith(prefix);
  const roots = observation.roots
    .map((root) => root.subvolume.path)
    .filter((path) => isBelow(path) && path !== outer.path);
  const isForeign = ({ path }: Subvolume): boolean =>
    roots.some((other) => path === other || path.startsWith(`${other}/`)) ||
    (path.startsWith(`${store}/`) && !outer.path.startsWith(`${store}/`));
  // A subvolume with a mount of its own is listed for that mount, with everything inside of it.
  const apart = observation.subvolumes.filter(({ id, path }) => known.has(id) && id !== outer.id && isBelow(path));
  const isApart = ({ path }: Subvolume): boolean =>
    apart.some((subvolume) => `${path}/`.startsWith(`${subvolume.path}/`));
  return observation.subvolumes
    .filter((subvolume) => isBelow(subvolume.path) && subvolume.id !== outer.id)
    .filter((subvolume) => !isApart(subvolume) && !isForeign(subvolume))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map((subvolume) => describe(subvolume, `${mountpoint}/${subvolume.path.slice(prefix.length)}`, true, observation));
}
