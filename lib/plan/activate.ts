import type { Observation } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { thenSync } from './adopt.ts';
import { findBootFault, findBootFaultOf } from './can-boot.ts';
import { findChangeable } from './find-environment.ts';
import type { Loader } from './loader.ts';
import { planOnce } from './once.ts';
import { afterwards, planSync } from './sync.ts';
import { understandState } from './understand/state.ts';
import { findUnserved } from './unserved.ts';

/** Makes a boot environment the one that boots by default. One that cannot boot is refused. */
export function planActivate(observation: Observation, name: string, loader: Loader): Plan | Problem {
  const plan = planReturn(observation, name, loader);
  if (isProblem(plan)) return plan;
  return findBootFaultOf(name, observation) ?? plan;
}

/**
 * The same without looking for what would keep it from coming up: for the way back from a system that has failed to start,
 * to one that has started before.
 */
export function planReturn(observation: Observation, name: string, loader: Loader): Plan | Problem {
  const before = understandState(observation);
  const found = findChangeable(before, name);
  if (isProblem(found)) return found;
  const unserved = findUnserved(before);
  if (unserved !== undefined) return unserved;
  const { uuid } = found.subvolume;
  const state = understandState({ ...observation, active: uuid });
  if (found.state !== undefined) return { code: 'upgrade-unfinished', name, state: found.state };
  if (found.blocker !== undefined) return found.blocker;
  const menu = planSync(state, afterwards, loader);
  if (isProblem(menu)) return menu;
  const steps: readonly Step[] =
    observation.active === uuid ? [] : [{ kind: 'set-active', uuid, reason: `“${name}” becomes the default` }];
  const from = before.environments.find(({ active }) => active)?.subvolume.uuid;
  const plan = thenSync(steps, state, loader, { about: [name], from });
  return isProblem(plan) ? plan : { ...plan, reboot: before.runs && !found.running };
}

/**
 * Makes a boot environment boot once, at the next start; after that the machine boots the active one again. Refused
 * where GRUB could not clear the wish, for it would be honoured for ever.
 */
export function planActivateOnce(observation: Observation, name: string, loader: Loader): Plan | Problem {
  const before = understandState(observation);
  const found = findChangeable(before, name);
  if (isProblem(found)) return found;
  const unserved = findUnserved(before);
  if (unserved !== undefined) return unserved;
  if (found.state !== undefined) return { code: 'upgrade-unfinished', name, state: found.state };
  const fault = findBootFault(found, observation);
  if (fault !== undefined) return fault;
  const once = planOnce(observation, name);
  if (isProblem(once)) return once;
  const state = understandState(once.observation);
  const menu = planSync(state, afterwards, loader);
  if (isProblem(menu)) return menu;
  const plan = thenSync(once.steps, state, loader);
  if (isProblem(plan)) return plan;
  return { ...plan, steps: found.next ? plan.steps : [...plan.steps, once.last] };
}

/** Takes back what was to be booted once; with a name only if it was that one. */
export function planActivateNoMore(observation: Observation, name: string | undefined): Plan | Problem {
  const { mountpoint, next } = observation.oneShot;
  const found = name === undefined ? undefined : findChangeable(understandState(observation), name);
  if (isProblem(found)) return found;
  const isSet = mountpoint !== undefined && next !== undefined && (name === undefined || next === name);
  const reason = 'the machine boots the default next';
  return {
    steps: isSet ? [{ kind: 'set-next', mountpoint, name: undefined, reason }] : [],
    warnings: [],
    unresolved: [],
  };
}
