import { withoutRoot } from '../formats/kernel-command-line.ts';
import type { Difference, KernelDifference, KernelPart, OwnedVolume, VolumeDifference } from '../model/difference.ts';
import type { BootEnvironment } from '../model/environment.ts';
import type { Kernel } from '../model/kernel.ts';
import type { KeptCopy } from '../model/kernel-record.ts';
import type { RootFacts } from '../model/observation.ts';
import { type Place, printPlace } from '../model/place.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Target } from '../model/snapshot-name.ts';
import { compareText } from '../model/version-order.ts';
import type { Volume } from '../model/volume.ts';
import { interpretEnvironment } from './interpret/environment.ts';
import { interpretVolumes } from './interpret/volumes.ts';
import { findMountable, type Mountable } from './mountable.ts';
import { ownSubvolumes } from './own-subvolumes.ts';
import type { World } from './world.ts';

/** The two sides of a comparison. */
export interface DiffIntent {
  readonly from: Target;
  readonly to: Target;
}

/** A boot environment or a snapshot as one side of a comparison. */
export interface DiffSide {
  readonly mountable: Mountable;
  /** The kernels in its menu, the newest first. For a snapshot: the kernels that the menu of a copy would have. */
  readonly kernels: readonly Kernel[];
  /** Copies of these kernels that a sync has not made yet. */
  readonly copies: readonly KeptCopy[];
  readonly volumes: readonly OwnedVolume[];
}

/** The differences that be-hook can find from the digests of the kernels, without reading other files of the two sides. */
export interface SidesDifference {
  readonly kernels: KernelDifference;
  /** Arguments that the newest kernel gets. */
  readonly commandLine: Difference<string>;
  readonly volumes: VolumeDifference;
}

/** Both sides of a comparison, or the refusal that lists the existing ones. */
export function findSides(
  world: World,
  { from, to }: DiffIntent,
): { readonly from: DiffSide; readonly to: DiffSide } | Problem {
  const [one, other] = [findSide(world, from), findSide(world, to)];
  if (isProblem(one)) return one;
  return isProblem(other) ? other : { from: one, to: other };
}

/** The files of kernels that must be read to compare the kernels which both sides have, each once. */
export function listKernelFiles(from: DiffSide, to: DiffSide): readonly Place[] {
  const places = commonKernels(from, to)
    .flatMap((pair) => partsOf(pair))
    .filter(({ before, after }) => !isSameList(before.map(printPlace), after.map(printPlace)))
    .flatMap(({ before, after }) => [...before, ...after])
    .filter((place) => digestsOfCopies(from, to)[printPlace(place)] === undefined);
  return [...new Map(places.map((place) => [printPlace(place), place])).values()];
}

/**
 * How two sides differ. `digests` are those of the files of `listKernelFiles`, by their printed places. be-hook reports no
 * difference of a kernel with a missing digest. The arguments of a command line that name the root always differ, and are
 * left out.
 */
export function diffSides(from: DiffSide, to: DiffSide, digests: Readonly<Record<string, string>>): SidesDifference {
  const releases = ({ kernels }: DiffSide): readonly string[] => kernels.map(({ release }) => release);
  const options = ({ kernels }: DiffSide): readonly string[] => withoutRoot(kernels[0]?.options ?? []);
  return {
    kernels: { ...diffLists(releases(from), releases(to)), changed: changedKernels(from, to, digests) },
    commandLine: diffLists(options(from), options(to)),
    volumes: diffVolumes(from.volumes, to.volumes),
  };
}

/** The digests of the missing copies of both sides. */
function digestsOfCopies(from: DiffSide, to: DiffSide): Readonly<Record<string, string>> {
  return Object.fromEntries([...from.copies, ...to.copies].map((copy) => [printPlace(copy.to), copy.digest]));
}

interface KernelPair {
  readonly before: Kernel;
  readonly after: Kernel;
}

function commonKernels(from: DiffSide, to: DiffSide): readonly KernelPair[] {
  return from.kernels.flatMap((before) => {
    const after = to.kernels.find(({ release }) => release === before.release);
    return after === undefined ? [] : [{ before, after }];
  });
}

/** The files of one part on both sides. */
interface PartFiles {
  readonly part: KernelPart;
  readonly before: readonly Place[];
  readonly after: readonly Place[];
}

function partsOf({ before, after }: KernelPair): readonly PartFiles[] {
  return [
    { part: 'image', before: [before.image], after: [after.image] },
    { part: 'initramfs', before: before.initrds, after: after.initrds },
  ];
}

function changedKernels(
  from: DiffSide,
  to: DiffSide,
  read: Readonly<Record<string, string>>,
): KernelDifference['changed'] {
  const digests = { ...read, ...digestsOfCopies(from, to) };
  const contentOf = (place: Place): string => digests[printPlace(place)] ?? printPlace(place);
  const isKnown = (place: Place): boolean => digests[printPlace(place)] !== undefined;
  const isChanged = ({ before, after }: PartFiles): boolean =>
    !isSameList(before.map(contentOf), after.map(contentOf)) && [...before, ...after].every(isKnown);
  return commonKernels(from, to).flatMap((pair) => {
    const what = partsOf(pair).flatMap((files) => (isChanged(files) ? [files.part] : []));
    return what.length === 0 ? [] : [{ release: pair.before.release, what }];
  });
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((element, index) => element === other[index]);
}

function findSide(world: World, target: Target): DiffSide | Problem {
  const { observation, state } = world;
  const mountable = findMountable(world, target);
  if (isProblem(mountable)) return mountable;
  const { root, own } = mountable;
  const environment = state.environments.find(({ subvolume }) => subvolume.id === root.id);
  const facts = observation.roots.find(({ subvolume }) => subvolume.id === root.id);
  const volumes = environment?.volumes ?? (facts === undefined ? [] : interpretVolumes(facts, observation));
  const inside = ownSubvolumes(state).get(root.id) ?? [];
  const isOwn = ({ subvolume }: Volume): boolean =>
    [...own.map((volume) => volume.subvolume), ...inside].some(({ id }) => id === subvolume.id);
  const shown = environment ?? (facts && interpretCopy(facts, target, world));
  return {
    mountable,
    kernels: shown?.kernels ?? [],
    copies: shown?.keptImages?.copies ?? [],
    volumes: volumes.map((volume) => ({ volume, own: isOwn(volume) })),
  };
}

/**
 * A snapshot cannot be booted and has no kernels in the menu. Its kernels are those that a writable copy would have.
 */
function interpretCopy(
  facts: RootFacts,
  { name }: Target,
  { observation, state, loader }: World,
): BootEnvironment | undefined {
  const of = state.environments.find((environment) => environment.name === name);
  return of && interpretEnvironment({ ...facts, readOnly: false }, of, observation, loader);
}

/** The elements of each list that the other one lacks. It counts repeated elements. */
function diffLists(from: readonly string[], to: readonly string[]): Difference<string> {
  return { added: without(to, from), removed: without(from, to) };
}

function without(values: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return values.filter((candidate) => {
    const at = left.indexOf(candidate);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function diffVolumes(from: readonly OwnedVolume[], to: readonly OwnedVolume[]): VolumeDifference {
  const place = ({ volume }: OwnedVolume): string => volume.mountpoint;
  const [before, after] = [
    new Map(from.map((volume) => [place(volume), volume])),
    new Map(to.map((volume) => [place(volume), volume])),
  ];
  const byPlace = (a: OwnedVolume, b: OwnedVolume): number => compareText(place(a), place(b));
  const changed = [...after.values()].sort(byPlace).flatMap((volume) => {
    const old = before.get(place(volume));
    return old === undefined || isSame(old, volume) ? [] : [{ from: old, to: volume }];
  });
  return {
    added: [...after.values()].filter((volume) => !before.has(place(volume))).sort(byPlace),
    removed: [...before.values()].filter((volume) => !after.has(place(volume))).sort(byPlace),
    changed,
  };
}

/** Each environment has a subvolume of its own for the same volume. Different subvolumes are no difference then. */
function isSame(a: OwnedVolume, b: OwnedVolume): boolean {
  if (a.own !== b.own || a.volume.marked !== b.volume.marked) return false;
  return a.own || a.volume.subvolume.id === b.volume.subvolume.id;
}
