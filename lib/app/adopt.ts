import { grub } from '../bootloaders/grub/backend.ts';
import type { BeName } from '../model/be-name.ts';
import type { Plan } from '../model/step.ts';
import { planAdopt } from '../plan/adopt.ts';
import { type ActOptions, act } from './act.ts';

/** Makes a root subvolume a boot environment. `now` in seconds since 1970. */
export function adopt(options: ActOptions, path: string, name: BeName | undefined, now: number): Promise<Plan> {
  return act({ ...options, candidate: path }, (observation) => planAdopt(observation, { path, name, now }, grub));
}
