import { grub } from '../bootloaders/grub/backend.ts';
import type { Plan } from '../model/step.ts';
import { planPrune } from '../plan/prune.ts';
import { type ActOptions, act } from './act.ts';

/** Takes away boot environments that be-hook made on its own account. `now` is in seconds since 1970. */
export function prune(options: ActOptions, now: number): Promise<Plan> {
  return act({ ...options, look: { uses: 'always' } }, (observation) => planPrune(observation, now, grub));
}
