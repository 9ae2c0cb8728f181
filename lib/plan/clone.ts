import { futureUuid, pathOfFuture } from '../model/depot.ts';
import type { AwaitedCopy } from '../model/first-boot.ts';
import type { Attribute, Observation, RootFacts, Subvolume } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Step, StepArgs } from '../model/step.ts';
import type { Volume } from '../model/volume.ts';
import { decideFates, postpone, type VolumeFates } from './clone-volumes.ts';
import { movePath, moveRoot } from './move-root.ts';
import { settle } from './ordering.ts';
import { type Copy, type Origin, retargetRoot } from './retarget-root.ts';

/** A copy that is planned: how to make it, and what will be observed when it is there. */
export interface Clone {
  readonly steps: readonly Step[];
  /** The directory of the depot that holds it. */
  readonly directory: string;
  readonly root: RootFacts;
  /** Its root and its copies of volumes, the outer ones first. */
  readonly subvolumes: readonly Subvolume[];
  /** The attributes that the copies of volumes will have. */
  readonly attributes: readonly Attribute[];
  readonly fates: VolumeFates;
  /** What is copied when it boots for the first time. */
  readonly awaited: readonly AwaitedCopy[];
  readonly warnings: readonly Problem[];
}

/** What is copied, and where to. */
export interface CloneIntent {
  readonly source: RootFacts;
  readonly volumes: readonly Volume[];
  /** A new directory of the depot. */
  readonly directory: string;
  /** Whether volumes that are marked so wait for its first boot; else all that are cloned are cloned now. */
  readonly atBoot: boolean;
  /** Seconds since 1970. */
  readonly now: number;
  readonly reason: string;
}

/** Plans a copy of a root and of its volumes that are to be cloned. Answers what is not understood instead. */
export function planClone(observation: Observation, intent: CloneIntent): Clone | Problem {
  const { source, volumes, directory } = intent;
  const decided = decideFates(source, volumes, observation);
  const { fates, later } = postpone(decided, intent.atBoot);
  const root = futureSubvolume(source.subvolume, `${directory}/root`, 1, observation);
  const first: Copy = { volume: undefined, from: source.subvolume, to: root };
  const placed = placeCopies([...fates.cloned, ...later], first, directory, observation);
  const isLater = ({ volume }: Copy): boolean => volume !== undefined && later.includes(volume);
  const copies = placed.filter((copy) => !isLater(copy));
  return planCopies(observation, { ...intent, fates, copies, later: placed.filter(isLater), origin: undefined });
}

/** What is copied, and where each of them is to lie. */
export interface CopiesIntent extends Omit<CloneIntent, 'volumes' | 'atBoot'> {
  readonly fates: VolumeFates;
  /** The root first, the outer ones before the inner ones. */
  readonly copies: readonly Copy[];
  /** Those that wait for its first boot. */
  readonly later: readonly Copy[];
  readonly origin: Origin | undefined;
}

/** The be-hook that works here is copied with the running root, wherever it was installed from. */
function withBeHook(source: RootFacts, { filesystem }: Observation): RootFacts {
  return { ...source, hasBeHook: source.hasBeHook || source.subvolume.id === filesystem.runningSubvolume };
}

/**
 * Plans copies. The files of the root name the copy: fstab, kernel command line, BLS entries, GRUB's defaults, the
 * distribution's grub.cfg and grubenv. Answers what is not understood instead.
 */
export function planCopies(observation: Observation, intent: CopiesIntent): Clone | Problem {
  const { source, fates, copies, later, origin, directory, now, reason } = intent;
  const root = copies[0]?.to ?? source.subvolume;
  const set = { source, copies: [...copies, ...later], shared: fates.shared, origin };
  const facts = retargetRoot(moveRoot(withBeHook(source, observation), root, now), set, observation);
  if (isProblem(facts)) return facts;
  const steps: Step[] = [
    { kind: 'begin-directory', path: directory, reason },
    settle('the next run must find the work of an interrupted one'),
    ...copies.map(({ volume, from, to }): Step => {
      const why = volume === undefined ? reason : `the volume ${volume.mountpoint} is cloned with it`;
      // No user can reach what was received: where something of it is missing, the stream is wrong.
      const otherwise = volume?.nested === true && origin === undefined ? 'nothing' : undefined;
      return cloneStep(from, to.path, otherwise, why);
    }),
    ...(origin === undefined ? replacePlaceholders(fates, copies) : []),
    ...facts.steps,
  ];
  const made = copies.map(({ to }) => to);
  const policies = copies.flatMap(({ volume, to }) =>
    volume?.marked === undefined ? [] : [{ path: to.path, name: 'volume', value: volume.marked }],
  );
  const awaited = later.flatMap(awaitCopy);
  const { warnings } = facts;
  return {
    steps,
    directory,
    root: facts.root,
    subvolumes: made,
    attributes: policies,
    fates,
    awaited,
    warnings,
  };
}

/**
 * The step that copies a subvolume. One that lies inside of another one may be a user's, who can move or delete it at any
 * time: the copy is then made without it.
 */
export function cloneStep(from: Subvolume, to: string, otherwise: Otherwise, reason: string): Step {
  const id = pathOfFuture(from.uuid) === undefined ? { id: from.id } : {};
  const without = otherwise === undefined ? {} : { otherwise };
  return { kind: 'clone-subvolume', from: from.path, to, ...id, ...without, reason };
}

type Otherwise = StepArgs['clone-subvolume']['otherwise'];

function awaitCopy({ volume, from, to }: Copy): readonly AwaitedCopy[] {
  return volume === undefined ? [] : [{ mountpoint: volume.mountpoint, from: from.uuid, to: to.path }];
}

/** Copies of volumes that fstab mounts lie in the directory, those of inner ones where they are inside of the copy. */
function placeCopies(
  volumes: readonly Volume[],
  root: Copy,
  directory: string,
  observation: Observation,
): readonly Copy[] {
  const copies: Copy[] = [root];
  for (const volume of volumes) {
    const from = volume.subvolume;
    // One that is mounted in two places is one.
    if (copies.some((copy) => copy.from.id === from.id)) continue;
    const path = volume.nested ? placeInside(from, copies) : freeVolumePath(directory, volume.mountpoint, copies);
    copies.push({ volume, from, to: futureSubvolume(from, path, copies.length + 1, observation) });
  }
  return copies;
}

/** Where the copy of a volume lies that fstab mounts. */
export function freeVolumePath(directory: string, mountpoint: string, copies: readonly Copy[]): string {
  const name = mountpoint.replace(/[^A-Za-z0-9._]+/g, '-').replace(/^[-.]+|-+$/g, '') || 'volume';
  const taken = new Set(copies.map(({ to }) => to.path));
  let candidate = `${directory}/volumes/${name}`;
  for (let count = 2; taken.has(candidate); count += 1) candidate = `${directory}/volumes/${name}-${count}`;
  return candidate;
}

/** Where an inner subvolume, or its placeholder, is in the copy of the innermost one that holds it. */
function placeInside({ path }: Subvolume, copies: readonly Copy[]): string {
  const holder = innermostHolder({ path }, copies);
  return holder === undefined ? path : movePath(path, holder.from.path, holder.to.path);
}

/** What is copied of all that a subvolume lies in, the innermost one. */
export function innermostHolder({ path }: Pick<Subvolume, 'path'>, copies: readonly Copy[]): Copy | undefined {
  const holders = copies.filter(
    ({ from }) => path !== from.path && (from.path === '' || path.startsWith(`${from.path}/`)),
  );
  return [...holders].sort((a, b) => b.from.path.length - a.from.path.length)[0];
}

/** Steps that make directories of the placeholders of inner volumes that are not copied. */
export function replacePlaceholders({ shared, leftOut }: VolumeFates, copies: readonly Copy[]): readonly Step[] {
  return [...shared, ...leftOut]
    .filter(({ nested }) => nested)
    .map(({ subvolume, mountpoint }) => {
      const reason = `${mountpoint} is a subvolume that is not cloned, and its placeholder cannot be written to`;
      return { kind: 'replace-placeholder', path: placeInside(subvolume, copies), like: subvolume.path, reason };
    });
}

/** The `nth` subvolume that a plan makes, a copy of another one. */
export function futureSubvolume(of: Subvolume, path: string, nth: number, { subvolumes }: Observation): Subvolume {
  const id = Math.max(...subvolumes.map((one) => one.id)) + nth;
  return { id, uuid: futureUuid(path), parentUuid: of.uuid, path, generation: 0 };
}
