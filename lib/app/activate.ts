import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { planActivate, planActivateOnce } from '../plan/activate.ts';
import { type DriftIntent, type DriftPlan, findDrifting, planDrift } from '../plan/drift.ts';
import type { World } from '../plan/world.ts';
import { type ActOptions, act } from './act.ts';
import { lookAtDrift } from './drift.ts';

/** The intent of callers that have no options about drift. */
const plain: DriftIntent = { stale: false, carryOver: false };

/**
 * Makes a boot environment the one that boots by default. If it is an upgraded copy of the running one, reports what
 * has changed in the running one since. Refuses a stale copy unless `intent` accepts it.
 */
export function activate(options: ActOptions, name: string, intent: DriftIntent = plain): Promise<DriftPlan> {
  return withDrift(options, name, intent, (world) => planActivate(world, name));
}

/** Makes a boot environment boot once, at the next start. Otherwise the same as `activate`. */
export function activateOnce(options: ActOptions, name: string, intent: DriftIntent = plain): Promise<DriftPlan> {
  const observe = { oneShot: true };
  return withDrift({ ...options, observe }, name, intent, (world) => planActivateOnce(world, name));
}

function withDrift(
  options: ActOptions,
  name: string,
  intent: DriftIntent,
  planner: (world: World) => Plan | Problem,
): Promise<DriftPlan> {
  return act(options, async (world, session) => {
    const activation = planner(world);
    const pair = isProblem(activation) ? undefined : findDrifting(world, name);
    const facts = pair === undefined ? undefined : await lookAtDrift(session, world, pair);
    return planDrift(activation, pair, facts, world, { intent, name });
  });
}
