import type { BootEnvironment } from '../model/environment.ts';
import type { Mark } from '../model/mark.ts';
import type { Observation } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { printTarget, type Target } from '../model/snapshot-name.ts';
import type { Plan, Step } from '../model/step.ts';
import { freeDirectory } from '../model/store.ts';
import { activationSteps } from './activation.ts';
import { findBootFaultOf } from './can-boot.ts';
import { markOf } from './change-mark.ts';
import { planClone } from './clone.ts';
import { describeClonePolicies } from './describe-clone-policies.ts';
import { deleteRoot, markForDeletion } from './destroy.ts';
import { findChangeable } from './find-environment.ts';
import { findSource } from './find-source.ts';
import { foresee, withActive, withClone, withMark } from './foresee.ts';
import { keepChosen } from './mark-unmarked.ts';
import { findNeed, findObstacle } from './obstacle.ts';
import { commit, finish } from './ordering.ts';
import { subvolumesOf } from './subvolume-set.ts';
import { afterwards, planSync } from './sync.ts';
import { thenSync } from './then-sync.ts';
import { planTidy } from './tidy.ts';
import { findUnserved } from './unserved.ts';
import type { World } from './world.ts';

/**
 * Restores a boot environment from one of its snapshots, and destroys its present state. be-hook deletes nothing before
 * the copy of the snapshot is complete and the menu boots it. `now` is in seconds since 1970.
 */
export function planRollback(given: World, target: Target, now: number): Plan | Problem {
  const { steps: adopting, world } = keepChosen(given);
  const { observation, state } = world;
  const found = findChangeable(state, target.name);
  if (isProblem(found)) return found;
  if (target.snapshot === undefined) return { code: 'usage', text: 'rollback: use NAME@SNAPSHOT, not only NAME' };
  const source = findUnserved(state) ?? findSource(world, target);
  if (isProblem(source)) return source;
  const obstacle =
    findObstacle(found, world) ?? findNeed(found.name, subvolumesOf(found.subvolume, observation), source);
  if (obstacle !== undefined) return obstacle;
  const { name } = found;
  const directory = freeDirectory(name, observation);
  const reason = `“${name}” returns to the snapshot “${printTarget(name, target.snapshot)}”`;
  const { root: copied, volumes } = source;
  const clone = planClone(world, { source: copied, volumes, directory, atBoot: false, now, reason });
  if (isProblem(clone)) return clone;
  const { subvolume } = clone.root;
  const mark = markAfter(found, subvolume.uuid, observation);
  const activating = found.active ? [withActive(subvolume.uuid)] : [];
  const after = foresee(world, withMark(found.subvolume, undefined), withClone(clone, mark), ...activating);
  const menu = planSync(after, afterwards);
  const fault = isProblem(menu) ? menu : found.active ? findBootFaultOf(name, after) : undefined;
  if (fault !== undefined) return fault;
  // With its mark the copy takes the place of the old subvolume. Two subvolumes with the same id are an interrupted
  // rollback, and the younger one counts.
  const marking: Step[] = [
    ...adopting,
    { kind: 'set-mark', path: subvolume.path, mark, reason },
    ...(found.active ? activationSteps(world, subvolume.uuid, 'it is the default') : []),
    markForDeletion(found.subvolume, reason),
  ];
  const plan = thenSync(marking, after);
  if (isProblem(plan)) return plan;
  const steps = [...clone.steps, commit, ...plan.steps, ...finish(directory)];
  return {
    ...plan,
    steps: [...steps, ...deleteRoot(found.subvolume, observation, reason), ...planTidy(world)],
    warnings: [...clone.warnings, ...plan.warnings],
    notes: [`“${name}” is again in the state of the snapshot “${source.name}”.`, ...describeClonePolicies(clone)],
  };
}

/**
 * The mark of the subvolume that replaces the one of an environment. The state in a snapshot is always complete. The
 * mark keeps the uuid of the replaced subvolume if other subvolumes name it as their origin.
 */
function markAfter(found: BootEnvironment, uuid: string, { subvolumes }: Observation): Mark {
  const { id, subvolume } = found;
  const parents = new Set(subvolumes.map(({ parentUuid }) => parentUuid));
  const former = [...found.former, subvolume.uuid].filter((candidate) => candidate !== id && parents.has(candidate));
  return { ...markOf({ ...found, former, state: undefined }), uuid, id };
}
