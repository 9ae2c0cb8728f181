import { isBootPlace } from '../formats/fstab-subvolume.ts';
import type { DeferredCopy } from '../model/first-boot.ts';
import type { Attribute, Observation, RootFacts, Subvolume } from '../model/observation.ts';
import { printPlace } from '../model/place.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Step, StepArgs } from '../model/step.ts';
import { futureUuid, pathOfFuture } from '../model/store.ts';
import type { Volume } from '../model/volume.ts';
import { type ClonePolicies, findSharedBoot, postpone, resolveClonePolicies } from './clone-volumes.ts';
import { targetOf } from './interpret/kernels.ts';
import { policyOf } from './interpret/volumes.ts';
import { movePath, moveRoot } from './move-root.ts';
import { settle } from './ordering.ts';
import { type Copy, type Origin, retargetRoot } from './retarget-root.ts';
import type { World } from './world.ts';

/** A planned copy: the steps that make it, and the facts that be-hook will observe about it. */
export interface Clone {
  readonly steps: readonly Step[];
  /** The directory of the store that contains it. */
  readonly directory: string;
  readonly root: RootFacts;
  /** Its root and its copies of volumes, the outer ones first. */
  readonly subvolumes: readonly Subvolume[];
  /** The attributes of the copies of volumes. */
  readonly attributes: readonly Attribute[];
  /** The known digests of its files. */
  readonly digests: Observation['digests'];
  readonly policies: ClonePolicies;
  /** Volumes that it copies when it boots for the first time. */
  readonly deferred: readonly DeferredCopy[];
  readonly warnings: readonly Problem[];
}

/** The source and the destination of a copy. */
export interface CloneIntent {
  readonly source: RootFacts;
  readonly volumes: readonly Volume[];
  /** A new directory of the store. */
  readonly directory: string;
  /**
   * Whether volumes with the policy “cloned at the first boot” wait for that boot. Otherwise they are copied at once
   * too.
   */
  readonly atBoot: boolean;
  /** Seconds since 1970. */
  readonly now: number;
  readonly reason: string;
}

/**
 * Plans a copy of a root and of its volumes that are to be cloned. Returns a problem if be-hook cannot interpret the
 * root.
 */
export function planClone(world: World, intent: CloneIntent): Clone | Problem {
  const { observation } = world;
  const { source, volumes, directory } = intent;
  const unfit = findSharedBoot(volumes);
  if (unfit !== undefined) return unfit;
  const decided = resolveClonePolicies(source, volumes, observation);
  const { policies, later } = postpone(decided, intent.atBoot);
  const root = futureSubvolume(source.subvolume, `${directory}/root`, 1, observation);
  const first: Copy = { volume: undefined, from: source.subvolume, to: root };
  const placed = placeCopies([...policies.cloned, ...later], first, directory, observation);
  const isLater = ({ volume }: Copy): boolean => volume !== undefined && later.includes(volume);
  const copies = placed.filter((copy) => !isLater(copy));
  return planCopies(world, { ...intent, policies, copies, later: placed.filter(isLater), origin: undefined });
}

/** The sources, and the place of each copy. */
export interface CopiesIntent extends Omit<CloneIntent, 'volumes' | 'atBoot'> {
  readonly policies: ClonePolicies;
  /** The root first, the outer ones before the inner ones. */
  readonly copies: readonly Copy[];
  /** Deferred copies. */
  readonly later: readonly Copy[];
  readonly origin: Origin | undefined;
}

/** Copying the running root also copies the be-hook that is running, whatever installed it. */
function withBeHook(source: RootFacts, { filesystem }: Observation): RootFacts {
  return { ...source, hasBeHook: source.hasBeHook || source.subvolume.id === filesystem.runningSubvolume };
}

/**
 * Plans copies. be-hook edits the files that must name the copy: fstab, kernel command line, BLS entries, and the
 * files of the boot loader. Returns a problem if it cannot interpret one of them.
 */
export function planCopies(world: World, intent: CopiesIntent): Clone | Problem {
  const { observation, loader } = world;
  const { source, policies, copies, later, origin, directory, now, reason } = intent;
  const root = copies[0]?.to ?? source.subvolume;
  const set = { source, copies: [...copies, ...later], shared: policies.shared, origin };
  const moved = moveRoot(withBeHook(source, observation), root, now, { loader, copies });
  const facts = retargetRoot(moved, set, world);
  if (isProblem(facts)) return facts;
  const steps: Step[] = [
    { kind: 'begin-directory', path: directory, reason },
    settle('the next run must find the work of an interrupted one'),
    ...copies.map(({ volume, from, to }): Step => {
      const why = volume === undefined ? reason : `the volume ${volume.mountpoint} is cloned with it`;
      // Users cannot reach received subvolumes. If a part of one is missing, the stream is wrong. A copy without its /boot
      // would not boot.
      const mayLack = volume?.nested === true && origin === undefined && !isBootPlace(volume.mountpoint);
      const otherwise = mayLack ? 'nothing' : undefined;
      return cloneStep(from, to.path, otherwise, why);
    }),
    ...(origin === undefined ? replacePlaceholders(policies, copies) : []),
    ...facts.steps,
  ];
  const created = copies.map(({ to }) => to);
  const volumeAttributes = copies.flatMap(({ volume, from, to }) => {
    const value = volume && policyOf(from, observation);
    return value === undefined ? [] : [{ path: to.path, name: 'volume', value }];
  });
  const deferred = later.flatMap(deferCopy);
  const { warnings } = facts;
  return {
    steps,
    directory,
    root: facts.root,
    subvolumes: created,
    attributes: [...volumeAttributes, ...inheritRecord(source, root, observation)],
    digests: inheritDigests(source, facts.root, observation),
    policies,
    deferred,
    warnings,
  };
}

/** A copy of a root inherits the record of its kernels. */
function inheritRecord(source: RootFacts, to: Subvolume, { attributes }: Observation): readonly Attribute[] {
  return attributes
    .filter(({ path, name }) => path === source.subvolume.path && name === 'kernels')
    .map((attribute) => ({ ...attribute, path: to.path }));
}

/** The files in the private /boot of a copy have the content of those of its source. */
function inheritDigests(source: RootFacts, copy: RootFacts, { digests }: Observation): Observation['digests'] {
  const known = source.privateBoot.files.flatMap((file, index): (readonly [string, string])[] => {
    const [digest, copied] = [digests[printPlace(targetOf(file))], copy.privateBoot.files[index]];
    return digest === undefined || copied === undefined ? [] : [[printPlace(targetOf(copied)), digest]];
  });
  return Object.fromEntries(known);
}

/**
 * The step that copies a subvolume. A subvolume inside of another one may belong to a user, who can move or delete it
 * at any time. be-hook then makes the copy without it.
 */
export function cloneStep(from: Subvolume, to: string, otherwise: Otherwise, reason: string): Step {
  const id = pathOfFuture(from.uuid) === undefined ? { id: from.id } : {};
  const without = otherwise === undefined ? {} : { otherwise };
  return { kind: 'clone-subvolume', from: from.path, to, ...id, ...without, reason };
}

type Otherwise = StepArgs['clone-subvolume']['otherwise'];

function deferCopy({ volume, from, to }: Copy): readonly DeferredCopy[] {
  return volume === undefined ? [] : [{ mountpoint: volume.mountpoint, from: from.uuid, to: to.path }];
}

/**
 * The places of the copies. Copies of volumes that fstab mounts lie in the directory. Copies of inner volumes lie at
 * their places inside of the copy.
 */
function placeCopies(
  volumes: readonly Volume[],
  root: Copy,
  directory: string,
  observation: Observation,
): readonly Copy[] {
  const copies: Copy[] = [root];
  for (const volume of volumes) {
    const from = volume.subvolume;
    // A volume with two mount points is copied once.
    if (copies.some((copy) => copy.from.id === from.id)) continue;
    const path = volume.nested ? placeInside(from, copies) : freeVolumePath(directory, volume.mountpoint, copies);
    copies.push({ volume, from, to: futureSubvolume(from, path, copies.length + 1, observation) });
  }
  return copies;
}

/** The path for the copy of a volume that fstab mounts. */
export function freeVolumePath(directory: string, mountpoint: string, copies: readonly Copy[]): string {
  const name = mountpoint.replace(/[^A-Za-z0-9._]+/g, '-').replace(/^[-.]+|-+$/g, '') || 'volume';
  const taken = new Set(copies.map(({ to }) => to.path));
  let candidate = `${directory}/volumes/${name}`;
  for (let count = 2; taken.has(candidate); count += 1) candidate = `${directory}/volumes/${name}-${count}`;
  return candidate;
}

/** The path of an inner subvolume, or of its placeholder, in the copy of the innermost subvolume that contains it. */
function placeInside({ path }: Subvolume, copies: readonly Copy[]): string {
  const holder = innermostHolder({ path }, copies);
  return holder === undefined ? path : movePath(path, holder.from.path, holder.to.path);
}

/** The innermost copied subvolume that contains this one. */
export function innermostHolder({ path }: Pick<Subvolume, 'path'>, copies: readonly Copy[]): Copy | undefined {
  const holders = copies.filter(
    ({ from }) => path !== from.path && (from.path === '' || path.startsWith(`${from.path}/`)),
  );
  return [...holders].sort((a, b) => b.from.path.length - a.from.path.length)[0];
}

/** Steps that replace the placeholders of inner volumes that are not copied by directories. */
export function replacePlaceholders({ shared, leftOut }: ClonePolicies, copies: readonly Copy[]): readonly Step[] {
  return [...shared, ...leftOut]
    .filter(({ nested }) => nested)
    .map(({ subvolume, mountpoint }) => {
      const reason = `${mountpoint} is a subvolume that is not cloned, and its placeholder cannot be written to`;
      return { kind: 'replace-placeholder', path: placeInside(subvolume, copies), like: subvolume.path, reason };
    });
}

/** The `nth` subvolume that a plan makes as a copy of another one. */
export function futureSubvolume(of: Subvolume, path: string, nth: number, { subvolumes }: Observation): Subvolume {
  const id = Math.max(...subvolumes.map((subvolume) => subvolume.id)) + nth;
  return { id, uuid: futureUuid(path), parentUuid: of.uuid, path, generation: 0 };
}
