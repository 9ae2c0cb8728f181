import { grub } from '../bootloaders/grub/backend.ts';
import type { Target } from '../model/snapshot-name.ts';
import type { Plan } from '../model/step.ts';
import { planDestroy } from '../plan/destroy.ts';
import { type ActOptions, act } from './act.ts';

/** Deletes a boot environment, or one snapshot. */
export function destroy(options: ActOptions, target: Target): Promise<Plan> {
  return act({ ...options, look: { uses: 'always' } }, (observation) => planDestroy(observation, target, grub));
}
