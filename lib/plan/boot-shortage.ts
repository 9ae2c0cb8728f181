import type { BootShortage, OldKernel, SpaceRemedy } from '../model/boot-shortage.ts';
import type { BootEnvironment } from '../model/environment.ts';
import type { BootFilesystemFacts, Observation } from '../model/observation.ts';
import { printPlace } from '../model/place.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { printTarget, type Target } from '../model/snapshot-name.ts';
import type { Plan } from '../model/step.ts';
import { deletedBy } from './deletions-first.ts';
import { planDestroy } from './destroy.ts';
import { withDroppedImages } from './drop-images.ts';
import { planGarbageCollection } from './garbage-collection.ts';
import { kernelIndexOf } from './interpret/kernel-index.ts';
import { listRecords } from './interpret/kernel-records.ts';
import { targetOf } from './interpret/kernels.ts';
import { slots } from './interpret/shared-kernel.ts';
import { planPrune } from './prune.ts';
import { type World, worldOf } from './world.ts';

/** The number of deletions that be-hook plans to find the one that frees most: each one plans a whole menu. */
const triedDeletions = 16;

/**
 * A shortage of space on a separate /boot, with what would free space. Other problems stay as they are. `now` is in seconds
 * since 1970, and decides what `prune` deletes. `failed` is the plan for which there was no space: what it deletes is no
 * remedy.
 */
export function explainShortage(problem: Problem, world: World, now: number, failed?: Plan): Problem {
  const ids = failed === undefined ? [] : deletedBy(failed.steps);
  if (problem.code === 'boot-space-short') return { ...problem, ...findRemedies(problem, world, now, ids) };
  if (problem.code !== 'no-space' || problem.shortage === undefined) return problem;
  return { ...problem, shortage: findRemedies(problem.shortage, world, now, ids) };
}

/** A plan with explained warnings. */
export function withExplainedShortages<P extends Plan>(plan: P, world: World, now: number): P {
  const explain = (problem: Problem): Problem => explainShortage(problem, world, now);
  return plan.warnings.some(({ code }) => code === 'boot-space-short')
    ? { ...plan, warnings: plan.warnings.map(explain) }
    : plan;
}

/** Each number is the result of the plan that the command would make. */
function findRemedies(shortage: BootShortage, observed: World, now: number, failed: readonly number[]): BootShortage {
  // The commands observe the uses of subvolumes, and refuse what is in use. Here they may not have been observed.
  const { uses = [], ...facts } = observed.observation;
  const world = worldOf({ ...facts, uses }, observed.loader);
  const { boot } = world.observation;
  if (boot === undefined) return shortage;
  const collected = freedBy(planGarbageCollection(world), world);
  const beyond = (command: readonly string[], plan: Plan | Problem): SpaceRemedy => ({
    command,
    bytes: Math.max(0, freedBy(plan, world) - collected),
  });
  const remedies = [
    { command: ['gc'], bytes: collected },
    beyond(['prune'], planPrune(world, now)),
    ...findLargest(
      listTargets(world, boot, failed).map((target) => beyond(['destroy', nameOf(target)], planDestroy(world, target))),
    ),
  ].filter(({ bytes }) => bytes > 0);
  const freed = remedies.reduce((sum, { bytes }) => sum + bytes, shortage.free);
  return { ...shortage, remedies, oldKernels: freed < shortage.needed ? listOldKernels(world, boot) : [] };
}

/** The bytes of the copies that a plan deletes in the end. */
function freedBy(plan: Plan | Problem, world: World): number {
  if (isProblem(plan)) return 0;
  const sizes = new Map(world.observation.boot?.kept.map((file) => [printPlace(file), file.size]));
  return withDroppedImages(plan, world).steps.reduce((sum, step) => {
    return sum + (step.kind === 'remove-file' ? (sizes.get(printPlace(step)) ?? 0) : 0);
  }, 0);
}

function findLargest(remedies: readonly SpaceRemedy[]): readonly SpaceRemedy[] {
  const largest = Math.max(0, ...remedies.map(({ bytes }) => bytes));
  return remedies.filter(({ bytes }) => bytes === largest).slice(0, 1);
}

function nameOf({ name, snapshot }: Target): string {
  return snapshot === undefined ? name : printTarget(name, snapshot);
}

/** The boot environments and snapshots that have the most in their records, without those with the ids in `failed`. */
function listTargets(
  { observation, state }: World,
  { kept }: BootFilesystemFacts,
  failed: readonly number[],
): readonly Target[] {
  const records = listRecords(observation);
  // Where an environment is the last one beside another with a release, all copies of that release can go.
  const mostFreed = (paths: readonly string[]): number => {
    const releases = paths.flatMap((path) => Object.keys(records.get(path)?.kernels ?? {}));
    const isOf = (path: string): boolean =>
      releases.some((release) => path.includes(`-${release.replaceAll(':', '_')}-`));
    return kept.reduce((sum, { path, size }) => sum + (isOf(path) ? size : 0), 0);
  };
  const targets = state.environments.flatMap(({ name, subvolume, snapshots }) => {
    const inside = snapshots.map((snapshot) => ({
      id: snapshot.subvolume.id,
      target: { name, snapshot: snapshot.name },
      most: mostFreed([snapshot.subvolume.path]),
    }));
    const paths = [subvolume, ...snapshots.map((snapshot) => snapshot.subvolume)].map(({ path }) => path);
    return [{ id: subvolume.id, target: { name, snapshot: undefined }, most: mostFreed(paths) }, ...inside];
  });
  return targets
    .filter(({ id, most }) => most > 0 && !failed.includes(id))
    .sort((a, b) => b.most - a.most)
    .slice(0, triedDeletions)
    .map(({ target }) => target);
}

/**
 * Kernels that the package manager of the running environment, or of the active one, can remove: neither its newest one
 * nor its default, and with no file that any other environment or snapshot boots.
 */
function listOldKernels({ observation, state }: World, { files }: BootFilesystemFacts): readonly OldKernel[] {
  const owner = state.environments.find(({ running }) => running) ?? state.environments.find(({ active }) => active);
  if (owner === undefined) return [];
  const pending = state.environments.flatMap(
    ({ keptImages }) => keptImages?.copies.map(({ from }) => printPlace(from)) ?? [],
  );
  return owner.kernels.slice(1).flatMap(({ release }) => {
    if (release === owner.savedEntry.release || !isExpendable(release, owner, observation)) return [];
    const found = slots.flatMap((slot) => slot.find(release, files) ?? []);
    const bytes = found.reduce((sum, { size }) => sum + size, 0);
    const isPending = found.some((file) => pending.includes(printPlace(targetOf(file))));
    return bytes === 0 || isPending ? [] : [{ release, bytes }];
  });
}

/** Whether the files of a release in /boot belong to this environment alone, or all of them have copies. */
function isExpendable(release: string, { subvolume, keptImages }: BootEnvironment, observation: Observation): boolean {
  const holders = [...(kernelIndexOf(observation).holders.get(release) ?? [])];
  const { image, initrd } = keptImages?.record.kernels[release] ?? {};
  const isCopied = image?.digest !== undefined && initrd?.digest !== undefined;
  return isCopied || holders.every((path) => path === subvolume.path);
}
