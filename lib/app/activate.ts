import { grub } from '../bootloaders/grub/backend.ts';
import type { Observation } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { planActivate, planActivateNoMore, planActivateOnce } from '../plan/activate.ts';
import { type DriftIntent, type DriftPlan, findDrifting, planDrift } from '../plan/drift.ts';
import { type ActOptions, act } from './act.ts';
import { lookAtDrift } from './drift.ts';

/** What is asked of those who do not know of drift. */
const plain: DriftIntent = { stale: false, carryOver: false };

/**
 * Makes a boot environment the one that boots by default. If it is an upgraded copy of what runs, it tells what changed
 * there since, and refuses as it is told.
 */
export function activate(options: ActOptions, name: string, intent: DriftIntent = plain): Promise<DriftPlan> {
  return withDrift(options, name, intent, (observation) => planActivate(observation, name, grub));
}

/** Makes a boot environment boot once, at the next start; otherwise as `activate`. */
export function activateOnce(options: ActOptions, name: string, intent: DriftIntent = plain): Promise<DriftPlan> {
  const look = { oneShot: true };
  return withDrift({ ...options, look }, name, intent, (observation) => planActivateOnce(observation, name, grub));
}

/** Takes back what was to be booted once; with a name only if it was that one. */
export function activateNoMore(options: ActOptions, name: string | undefined): Promise<Plan> {
  return act(options, (observation) => planActivateNoMore(observation, name));
}

function withDrift(
  options: ActOptions,
  name: string,
  intent: DriftIntent,
  planner: (observation: Observation) => Plan | Problem,
): Promise<DriftPlan> {
  return act(options, async (observation, session) => {
    const activation = planner(observation);
    const pair = isProblem(activation) ? undefined : findDrifting(observation, name);
    const facts = pair === undefined ? undefined : await lookAtDrift(session, observation, pair);
    return planDrift(activation, pair, facts, observation, { intent, name });
  });
}
