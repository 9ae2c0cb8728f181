import type { Retention } from '../model/config.ts';
import type { BootEnvironment, SystemState } from '../model/environment.ts';
import { compareAge } from '../model/environment-age.ts';
import type { Observation } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { describeProblem } from '../model/problem-text.ts';
import type { Plan, Step } from '../model/step.ts';
import { mayGoFirst } from './deletions-first.ts';
import { destroyObstacle, destroySteps, ofMenu } from './destroy.ts';
import { foresee, withMark } from './foresee.ts';
import { findPrevious } from './previous.ts';
import { afterwards, planSync } from './sync.ts';
import { planTidy } from './tidy.ts';
import type { World } from './world.ts';

/** The deletions of a prune, and the world after the menu no longer offers the deleted environments. */
export interface Pruning {
  readonly world: World;
  /** The ids of the roots to delete. */
  readonly ids: readonly number[];
  /** These steps belong after those that update the menu accordingly. */
  readonly steps: readonly Step[];
  /** Sentences about deleted environments, and about surplus environments that stay. */
  readonly notes: readonly string[];
}

/** A prune that deletes nothing. */
export function pruneNothing(world: World): Pruning {
  return { world, ids: [], steps: [], notes: [] };
}

/**
 * Deletes the environments that the settings of the active boot environment do not keep. `now` is in seconds since
 * 1970.
 */
export function planPrune(world: World, now: number): Plan | Problem {
  const { state } = world;
  const active = state.environments.find((environment) => environment.active);
  if (active?.blocker !== undefined) return active.blocker;
  const pruning = prune(world, now);
  const menu = planSync(pruning.world, afterwards);
  if (isProblem(menu)) return menu;
  const gone = pruning.steps.length > 0;
  return {
    steps: gone ? [...menu.steps, ...pruning.steps, ...planTidy(world)] : [],
    warnings: active?.problems.filter(({ code }) => code === 'setting-ignored') ?? [],
    unresolved: gone ? menu.unresolved : [],
    ...(gone ? ofMenu(menu) : {}),
    mayDeleteFirst: mayGoFirst(world, pruning.ids),
    notes: pruning.notes,
  };
}

/**
 * Chooses automatically made boot environments to delete. It never chooses an environment that `destroy` would refuse,
 * one with snapshots, one whose upgrade has not ended, or the last one to go back to.
 */
export function prune(world: World, now: number): Pruning {
  const { observation, state } = world;
  const active = state.environments.find((environment) => environment.active);
  // be-hook cannot read its settings then.
  if (active === undefined || active.blocker !== undefined) return pruneNothing(world);
  if (!active.config.retentionKnown) {
    const note = `be-hook prunes nothing: the keep settings of “${active.name}” cannot be read.`;
    return { world, ids: [], steps: [], notes: [note] };
  }
  const { retention } = active.config;
  let left = state;
  const gone: Surplus[] = [];
  const notes: string[] = [];
  const tryOne = (surplus: Surplus): boolean => {
    const obstacle = findObstacle(surplus.environment, world, left);
    if (obstacle !== undefined)
      notes.push(`“${surplus.environment.name}” is kept, although ${surplus.reason}: ${obstacle}.`);
    if (obstacle !== undefined) return false;
    left = withoutEnvironment(left, surplus.environment);
    gone.push(surplus);
    notes.push(`“${surplus.environment.name}” is destroyed: ${surplus.reason}.`);
    return true;
  };
  for (const surplus of findSurplus(state, retention, now)) tryOne(surplus);
  const crowded = findCrowding(left, retention, observation);
  crowded.find((surplus) => tryOne(surplus));
  return {
    world: foresee(world, ...gone.map(({ environment }) => withMark(environment.subvolume, undefined))),
    ids: gone.map(({ environment }) => environment.subvolume.id),
    steps: gone.flatMap(({ environment, reason }) => destroySteps(environment, observation, reason)),
    notes,
  };
}

interface Surplus {
  readonly environment: BootEnvironment;
  readonly reason: string;
}

/** The environments above the permitted number or age, the oldest first. */
function findSurplus(state: SystemState, { automatic, failed, days }: Retention, now: number): readonly Surplus[] {
  const complete = automaticOnes(state, undefined);
  const beyond = complete.slice(automatic);
  const isOld = ({ created }: BootEnvironment): boolean => days !== undefined && now - created > days * 86_400;
  const aged = complete.slice(0, automatic).filter(isOld);
  return [
    ...surplus(automaticOnes(state, 'failed').slice(failed), `keep-failed = ${failed} keeps only newer ones`),
    ...surplus(beyond, `keep-automatic = ${automatic} keeps only newer ones`),
    ...surplus(aged, `it is older than keep-days = ${days ?? ''}`),
  ];
}

/**
 * All environments that be-hook may delete to free space. It deletes one at a time, because the freed space is known
 * only afterwards.
 */
function findCrowding(
  state: SystemState,
  { free: wanted }: Retention,
  { filesystem }: Observation,
): readonly Surplus[] {
  const { free, size } = filesystem;
  if (wanted === undefined || free * 100 >= wanted * size) return [];
  return surplus(automaticOnes(state, undefined), `the free space is below keep-free = ${wanted}%`);
}

function surplus(environments: readonly BootEnvironment[], reason: string): readonly Surplus[] {
  return [...environments].reverse().map((environment) => ({ environment, reason }));
}

/** The youngest first. */
function automaticOnes({ environments }: SystemState, wanted: BootEnvironment['state']): readonly BootEnvironment[] {
  return environments.filter(({ automatic, state }) => automatic && state === wanted).sort((a, b) => compareAge(b, a));
}

function findObstacle(environment: BootEnvironment, world: World, left: SystemState): string | undefined {
  const obstacle = destroyObstacle(environment, world);
  if (obstacle !== undefined) return describeProblem(obstacle).message;
  if (environment.snapshots.length > 0) return 'it has snapshots';
  const isWay = findPrevious(left) !== undefined && findPrevious(withoutEnvironment(left, environment)) === undefined;
  return isWay ? 'it is the only one that a rollback could use' : undefined;
}

function withoutEnvironment(state: SystemState, environment: BootEnvironment): SystemState {
  return { ...state, environments: state.environments.filter(({ subvolume }) => subvolume !== environment.subvolume) };
}
