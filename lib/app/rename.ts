import { grub } from '../bootloaders/grub/backend.ts';
import type { BeName } from '../model/be-name.ts';
import type { Plan } from '../model/step.ts';
import { planRename } from '../plan/rename.ts';
import { type ActOptions, act } from './act.ts';

/** Gives a boot environment another name. */
export function rename(options: ActOptions, from: string, to: BeName): Promise<Plan> {
  return act(options, (observation) => planRename(observation, from, to, grub));
}
