import { grub } from '../bootloaders/grub/backend.ts';
import type { Plan } from '../model/step.ts';
import { type AdoptIntent, planAdopt } from '../plan/adopt.ts';
import { type ActOptions, act } from './act.ts';

/** Makes a root subvolume a boot environment. */
export function adopt(options: ActOptions, intent: AdoptIntent): Promise<Plan> {
  const candidates = (): readonly string[] => (intent.path === undefined ? [] : [intent.path]);
  return act({ ...options, look: { candidates } }, (observation) => planAdopt(observation, intent, grub));
}
