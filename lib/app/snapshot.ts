import type { Plan } from '../model/step.ts';
import { planSnapshot, type SnapshotIntent } from '../plan/snapshot.ts';
import { type ActOptions, act } from './act.ts';

/** Keeps a boot environment as it is now. */
export function snapshot(options: ActOptions, intent: SnapshotIntent): Promise<Plan> {
  return act({ ...options, look: { uses: 'leftovers' } }, (observation) => planSnapshot(observation, intent));
}
