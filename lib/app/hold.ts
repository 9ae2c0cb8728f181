import { grub } from '../bootloaders/grub/backend.ts';
import type { Plan } from '../model/step.ts';
import { planHold } from '../plan/hold.ts';
import { type ActOptions, act } from './act.ts';

/** Protects a boot environment from being destroyed, or with `hold` false releases it. */
export function hold(options: ActOptions, name: string, isHeld: boolean): Promise<Plan> {
  return act(options, (observation) => planHold(observation, name, isHeld, grub));
}
