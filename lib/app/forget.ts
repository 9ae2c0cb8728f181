import { grub } from '../bootloaders/grub/backend.ts';
import type { Plan } from '../model/step.ts';
import { planForget } from '../plan/forget.ts';
import { type ActOptions, act } from './act.ts';

/** Makes a boot environment an ordinary subvolume again. */
export function forget(options: ActOptions, name: string): Promise<Plan> {
  return act(options, (observation) => planForget(observation, name, grub));
}
