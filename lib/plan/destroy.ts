import type { BootEnvironment } from '../model/environment.ts';
import type { Observation, Subvolume } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { printTarget, type Target } from '../model/snapshot-name.ts';
import type { Plan, Step } from '../model/step.ts';
import { findDefault } from './default-subvolume.ts';
import { mayGoFirst } from './deletions-first.ts';
import { findChangeable } from './find-environment.ts';
import { findSnapshot } from './find-snapshot.ts';
import { foresee, withMark } from './foresee.ts';
import { planKeptImages } from './kept-images.ts';
import { findObstacle, findSharer, findUntold, findUse } from './obstacle.ts';
import { commit, settle } from './ordering.ts';
import { deleteAll, directoryOf, subvolumesOf } from './subvolume-set.ts';
import { afterwards, planSync } from './sync.ts';
import { planTidy } from './tidy.ts';
import type { World } from './world.ts';

/**
 * Deletes a boot environment with its snapshots, the subvolumes inside of it and its own copies of volumes; or one
 * snapshot. First be-hook removes it from the menu. Then it deletes the subvolumes, the inner ones first. The next run
 * that creates or destroys something ends an interrupted run.
 */
export function planDestroy(world: World, target: Target): Plan | Problem {
  const { observation, state } = world;
  const environment = findChangeable(state, target.name);
  if (isProblem(environment)) return environment;
  if (target.snapshot !== undefined) return destroySnapshot(world, environment, target.snapshot);
  const obstacle = destroyObstacle(environment, world);
  if (obstacle !== undefined) return obstacle;
  const menu = planSync(foresee(world, withMark(environment.subvolume, undefined)), afterwards);
  if (isProblem(menu)) return menu;
  const reason = `destroying “${environment.name}”`;
  return {
    steps: [...menu.steps, ...destroySteps(environment, observation, reason), ...planTidy(world)],
    warnings: [],
    unresolved: menu.unresolved,
    ...ofMenu(menu),
    mayDeleteFirst: mayGoFirst(world, [environment.subvolume.id]),
    notes: describeStaying(environment, observation),
  };
}

/** The menu after a plan, for another plan that contains its steps. */
export function ofMenu({ menu }: Plan): Pick<Plan, 'menu'> {
  return menu === undefined ? {} : { menu };
}

/** Why a boot environment, with its volumes and snapshots, cannot be destroyed. */
export function destroyObstacle(environment: BootEnvironment, world: World): Problem | undefined {
  const { name } = environment;
  const { state, observation } = world;
  if (environment.active) return { code: 'environment-in-use', name, how: 'active', detail: '' };
  const others = state.environments.filter((candidate) => candidate !== environment);
  return findObstacle(environment, world) ?? findUser(name, rootsOf(environment), observation, others);
}

/** Steps that destroy a boot environment which the menu no longer offers. */
export function destroySteps(environment: BootEnvironment, observation: Observation, reason: string): readonly Step[] {
  const going = rootsOf(environment).flatMap((root) => deleteRoot(root, observation, reason));
  return [markForDeletion(environment.subvolume, reason), ...going];
}

function rootsOf({ snapshots, subvolume }: BootEnvironment): readonly Subvolume[] {
  return [...snapshots.map((snapshot) => snapshot.subvolume), subvolume];
}

/**
 * The environment or process that uses subvolumes to be deleted with these roots, or the environment whose fstab mounts
 * one.
 */
function findUser(
  name: string,
  roots: readonly Subvolume[],
  observation: Observation,
  others: readonly BootEnvironment[],
): Problem | undefined {
  const gone = roots.flatMap((root) => subvolumesOf(root, observation));
  return (
    findDefault(name, gone, observation) ??
    findUse(name, gone, observation) ??
    findSharer(name, gone, others) ??
    findUntold(gone, observation)
  );
}

function destroySnapshot(world: World, environment: BootEnvironment, snapshot: string): Plan | Problem {
  const { observation, state } = world;
  const { environments } = state;
  const found = findSnapshot(environment, snapshot);
  if (isProblem(found)) return found;
  const name = printTarget(environment.name, found.name);
  const others = environments.map((candidate) =>
    candidate === environment ? { ...candidate, snapshots: [] } : candidate,
  );
  const use = findUser(name, [found.subvolume], observation, others);
  if (use !== undefined) return use;
  // Only its record may say that a file on a separate /boot is not the running environment's.
  const records = planKeptImages(state, observation).records;
  const deletion = deleteRoot(found.subvolume, observation, `destroying “${name}”`);
  return { steps: [...records, ...deletion], warnings: [], unresolved: [] };
}

/**
 * The step after which a root no longer counts as a boot environment. Its mark stays until be-hook has deleted it. By
 * the mark the next run finds the snapshots that it has to delete too.
 */
export function markForDeletion(root: Subvolume, reason: string): Step {
  return { kind: 'mark-for-deletion', path: directoryOf(root) ?? root.path, uuid: root.uuid, reason };
}

/**
 * Steps that delete a root and everything that belongs to it. The note in front makes the next run continue an
 * interrupted deletion.
 */
export function deleteRoot(root: Subvolume, observation: Observation, reason: string): readonly Step[] {
  const directory = directoryOf(root);
  const end: readonly Step[] = directory === undefined ? [] : [{ kind: 'remove-directory', path: directory, reason }];
  return [
    markForDeletion(root, reason),
    settle('the next run must find the work of an interrupted one'),
    ...deleteAll(subvolumesOf(root, observation), observation, reason),
    ...end,
    commit,
  ];
}

/** be-hook does not delete volumes that it did not make, even if they have a policy. They contain user data. */
function describeStaying({ volumes, subvolume }: BootEnvironment, observation: Observation): readonly string[] {
  const gone = subvolumesOf(subvolume, observation);
  return volumes
    .filter(({ marked }) => marked === 'cloned' || marked === 'cloned-at-boot')
    .filter((volume) => !gone.some(({ id }) => id === volume.subvolume.id))
    .map(
      (volume) =>
        `The volume ${volume.mountpoint} stays: be-hook did not make the subvolume /${volume.subvolume.path}.`,
    );
}
