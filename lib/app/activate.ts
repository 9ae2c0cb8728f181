import { grub } from '../bootloaders/grub/backend.ts';
import type { Plan } from '../model/step.ts';
import { planActivate, planActivateNoMore, planActivateOnce } from '../plan/activate.ts';
import { type ActOptions, act } from './act.ts';

/** Makes a boot environment the one that boots by default. */
export function activate(options: ActOptions, name: string): Promise<Plan> {
  return act(options, (observation) => planActivate(observation, name, grub));
}

/** Makes a boot environment boot once, at the next start. */
export function activateOnce(options: ActOptions, name: string): Promise<Plan> {
  return act({ ...options, look: { oneShot: true } }, (observation) => planActivateOnce(observation, name, grub));
}

/** Takes back what was to be booted once; with a name only if it was that one. */
export function activateNoMore(options: ActOptions, name: string | undefined): Promise<Plan> {
  return act(options, (observation) => planActivateNoMore(observation, name));
}
