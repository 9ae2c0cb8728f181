import type { Plan } from '../model/step.ts';
import type { VolumePolicy } from '../model/volume.ts';
import { planVolumePolicy } from '../plan/volume.ts';
import { type ActOptions, act } from './act.ts';

/** States on a volume whether clones of its boot environment share it. */
export function setVolumePolicy(options: ActOptions, place: string, policy: VolumePolicy): Promise<Plan> {
  return act(options, (observation) => planVolumePolicy(observation, place, policy));
}
