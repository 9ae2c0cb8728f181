import { grub } from '../bootloaders/grub/backend.ts';
import type { Plan } from '../model/step.ts';
import { planDescribe } from '../plan/describe.ts';
import { type ActOptions, act } from './act.ts';

/** Describes a boot environment in words. */
export function describe(options: ActOptions, name: string, description: string): Promise<Plan> {
  return act(options, (observation) => planDescribe(observation, name, description, grub));
}
