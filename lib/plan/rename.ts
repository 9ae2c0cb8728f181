import { type BeName, beNameKey } from '../model/be-name.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { changeMark, markOf } from './change-mark.ts';
import { findChangeable } from './find-environment.ts';
import type { World } from './world.ts';

/**
 * Gives a boot environment another name. Its subvolume keeps its path, because the menu boots a path. If be-hook moved
 * the subvolume, the machine could not boot until the menu is written again.
 */
export function planRename(world: World, from: string, to: BeName): Plan | Problem {
  const { observation, state } = world;
  const found = findChangeable(state, from);
  if (isProblem(found)) return found;
  const taken = state.environments.find(
    (environment) => environment !== found && beNameKey(environment.name) === beNameKey(to),
  );
  if (taken !== undefined) return { code: 'name-taken', name: to, path: taken.subvolume.path };
  const reason = `“${from}” is renamed to “${to}”`;
  const plan = changeMark(world, found, { ...markOf(found), name: to }, reason);
  const { mountpoint } = observation.oneShot;
  if (isProblem(plan) || !found.next || mountpoint === undefined || from === to) return plan;
  return { ...plan, steps: [...plan.steps, { kind: 'set-next', mountpoint, name: to, reason }] };
}
