import type { BootEnvironment } from '../model/environment.ts';
import type { DeferredCopy } from '../model/first-boot.ts';
import type { Mark } from '../model/mark.ts';
import type { Observation, Subvolume } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { planReturn } from './activate.ts';
import { markOf } from './change-mark.ts';
import { cloneStep } from './clone.ts';
import { resolveClonePolicies } from './clone-volumes.ts';
import { firstBootMarkerFile } from './defer-copies.ts';
import { foresee, withMark } from './foresee.ts';
import { interpretVolumes, volumesInside } from './interpret/volumes.ts';
import { movePath } from './move-root.ts';
import { commit, settle } from './ordering.ts';
import { findPrevious } from './previous.ts';
import { deleteAll } from './subvolume-set.ts';
import { checkpoint, planCheckpoint } from './upgrade.ts';
import type { World } from './world.ts';

const nothing: Plan = { steps: [], warnings: [], unresolved: [] };

/**
 * Makes the deferred copies of volumes for the running boot environment, before its system mounts them. After an
 * interrupted boot be-hook makes each copy again, because the source may have changed since.
 */
export function planFirstCopies(world: World): Plan | Problem {
  const { observation } = world;
  const running = findRunning(world);
  if (running === undefined) return nothing;
  const { firstBoot, name, state } = running;
  const failed = (why: string): Problem => ({ code: 'first-boot-failed', name, why, previous: undefined });
  if (state !== undefined) return failed('an earlier attempt failed');
  if (firstBoot === undefined) return { ...nothing, steps: [removeMarkerFile(running), commit] };
  if (firstBoot.copies.length === 0) return nothing;
  const steps: Step[] = [];
  for (const copy of firstBoot.copies) {
    const from = observation.subvolumes.find(({ uuid }) => uuid === copy.from);
    if (from === undefined) return failed(`the source of ${copy.mountpoint} does not exist any more`);
    steps.push(...copySteps(copy, from, running, observation));
  }
  const settled = settle('the copies must be on disk before anything uses them');
  const { migration } = firstBoot;
  const rest = migration === undefined ? undefined : { copies: [], migration };
  return { ...nothing, steps: [...steps, settled, ...setFirstBoot(running, rest, 'its volumes are copied')] };
}

/**
 * Takes a snapshot of the running boot environment before the post-upgrade hooks run, and notes that they have begun.
 * The note prevents a second start of the hooks.
 */
export function planMigrationBegin(world: World, now: number): Plan | Problem {
  const running = findRunning(world);
  if (running?.firstBoot === undefined) return nothing;
  const { name, firstBoot, snapshots } = running;
  const checkpointed = snapshots.some((snapshot) => snapshot.name === checkpoint)
    ? nothing
    : planCheckpoint(world, name, now);
  if (isProblem(checkpointed)) return checkpointed;
  const begun = { ...firstBoot, migration: 'begun' } as const;
  return {
    ...checkpointed,
    steps: [...checkpointed.steps, ...setFirstBoot(running, begun, 'the post-upgrade hooks must run only once')],
  };
}

/** Makes the running boot environment complete. */
export function planFirstBootDone(world: World): Plan {
  const running = findRunning(world);
  if (running === undefined) return nothing;
  return { ...nothing, steps: setFirstBoot(running, undefined, 'its first boot is done') };
}

/** A plan that goes back, and the name of the environment to go back to; undefined if there is no such environment. */
export interface WayBack extends Plan {
  readonly previous: string | undefined;
}

/**
 * Makes the previous boot environment the default again. If the post-upgrade hooks of the running one had begun, they
 * may have changed its copies, and be-hook never boots it again. Without a previous environment nothing changes.
 */
export function planFirstBootFailed(world: World): WayBack | Problem {
  const running = findRunning(world);
  const previous = findPrevious(world.state);
  if (running === undefined || previous === undefined || previous === running)
    return { ...nothing, previous: undefined };
  const { path } = running.subvolume;
  const spoiled = running.firstBoot?.migration === 'begun';
  const mark: Mark = spoiled ? { ...markOf(running), state: 'failed' } : markOf(running);
  const plan = planReturn(foresee(world, withMark(running.subvolume, mark)), previous.name);
  if (isProblem(plan)) return plan;
  const { name } = previous;
  if (!spoiled) return { ...plan, previous: name };
  const failing: Step = { kind: 'set-mark', path, mark, reason: 'its first boot failed' };
  return { ...plan, steps: [...plan.steps, failing, commit], previous: name };
}

function findRunning({ state }: World): BootEnvironment | undefined {
  return state.environments.find(({ running }) => running);
}

function copySteps(
  { mountpoint, to }: DeferredCopy,
  from: Subvolume,
  running: BootEnvironment,
  observation: Observation,
): readonly Step[] {
  const { subvolumes } = observation;
  const old = subvolumes.filter(({ path }) => path === to || path.startsWith(`${to}/`));
  const reason = `the first boot copies ${mountpoint}`;
  const copies = [from, ...findInner(from, mountpoint, running, observation)].map((subvolume) =>
    cloneStep(subvolume, movePath(subvolume.path, from.path, to), subvolume === from ? undefined : 'nothing', reason),
  );
  return [...deleteAll(old, observation, 'an interrupted boot left this copy'), ...copies];
}

/**
 * The subvolumes inside of a volume that be-hook copies together with an ordinary cloned volume; the outer ones first.
 */
function findInner(
  from: Subvolume,
  mountpoint: string,
  { subvolume, volumes }: BootEnvironment,
  observation: Observation,
): readonly Subvolume[] {
  const { roots } = observation;
  const source =
    roots.find((root) => root.subvolume.uuid === subvolume.parentUuid) ??
    roots.find((root) => root.subvolume.id === subvolume.id);
  if (source === undefined) return [];
  const mounted = [...interpretVolumes(source, observation), ...volumes].filter(({ nested }) => !nested);
  const inner = volumesInside(from, mountpoint, mounted, observation);
  return resolveClonePolicies(source, inner, observation).cloned.map((volume) => volume.subvolume);
}

function setFirstBoot(running: BootEnvironment, firstBoot: Mark['firstBoot'], reason: string): readonly Step[] {
  const mark = markOf({ ...running, firstBoot });
  const setting: Step = { kind: 'set-mark', path: running.subvolume.path, mark, reason };
  return firstBoot === undefined ? [setting, removeMarkerFile(running), commit] : [setting, commit];
}

function removeMarkerFile({ subvolume }: BootEnvironment): Step {
  return {
    kind: 'remove-file',
    on: 'root',
    path: `${subvolume.path}/${firstBootMarkerFile}`,
    reason: 'its first boot is done',
  };
}
