import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { activationSteps } from './activation.ts';
import { findBootFault, findBootFaultOf } from './can-boot.ts';
import { activeUuid, findChangeable } from './find-environment.ts';
import { foresee, withActive } from './foresee.ts';
import { keepChosen } from './mark-unmarked.ts';
import { planOnce } from './once.ts';
import { afterwards, planSync } from './sync.ts';
import { thenSync } from './then-sync.ts';
import { findUnserved } from './unserved.ts';
import type { World } from './world.ts';

/** Makes a boot environment boot by default. It refuses an environment that cannot boot. */
export function planActivate(world: World, name: string): Plan | Problem {
  const plan = planReturn(world, name);
  if (isProblem(plan)) return plan;
  return findBootFaultOf(name, world) ?? plan;
}

/**
 * The same without a check whether the environment can boot. A system that failed to start uses it to return to one
 * that has started before.
 */
export function planReturn(world: World, name: string): Plan | Problem {
  const { state } = world;
  const found = findChangeable(state, name);
  if (isProblem(found)) return found;
  const unserved = findUnserved(state);
  if (unserved !== undefined) return unserved;
  const { uuid } = found.subvolume;
  const retained = keepChosen(world);
  const after = foresee(retained.world, withActive(uuid));
  if (found.state !== undefined) return { code: 'upgrade-unfinished', name, state: found.state };
  if (found.blocker !== undefined) return found.blocker;
  const menu = planSync(after, afterwards);
  if (isProblem(menu)) return menu;
  const steps = [...retained.steps, ...activationSteps(retained.world, uuid, `“${name}” becomes the default`)];
  const plan = thenSync(steps, after, { about: [name], from: activeUuid(state) });
  return isProblem(plan) ? plan : { ...plan, reboot: state.runs && !found.running };
}

/**
 * Makes a boot environment boot once, at the next start. After that the machine boots the active one again. It refuses
 * if the boot loader could not clear the request, because GRUB would then honour it at every start.
 */
export function planActivateOnce(world: World, name: string): Plan | Problem {
  const { observation, state } = world;
  const found = findChangeable(state, name);
  if (isProblem(found)) return found;
  const unserved = findUnserved(state);
  if (unserved !== undefined) return unserved;
  if (found.state !== undefined) return { code: 'upgrade-unfinished', name, state: found.state };
  const fault = findBootFault(found, observation);
  if (fault !== undefined) return fault;
  const once = planOnce(world, name);
  if (isProblem(once)) return once;
  const menu = planSync(once.world, afterwards);
  if (isProblem(menu)) return menu;
  const plan = thenSync(once.steps, once.world);
  if (isProblem(plan)) return plan;
  return { ...plan, steps: found.next ? plan.steps : [...plan.steps, once.last] };
}

/** Withdraws the one-shot request. With a name, only if the request is for that environment. */
export function planActivateNoMore({ observation, state }: World, name: string | undefined): Plan | Problem {
  const { mountpoint, next } = observation.oneShot;
  const found = name === undefined ? undefined : findChangeable(state, name);
  if (isProblem(found)) return found;
  const isSet = mountpoint !== undefined && next !== undefined && (name === undefined || next === name);
  const reason = 'the machine boots the default next';
  return {
    steps: isSet ? [{ kind: 'set-next', mountpoint, name: undefined, reason }] : [],
    warnings: [],
    unresolved: [],
  };
}
