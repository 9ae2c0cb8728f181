import { grub } from '../bootloaders/grub/backend.ts';
import type { Plan } from '../model/step.ts';
import { type CreateIntent, planCreate } from '../plan/create.ts';
import { snapshotPaths } from '../plan/find-source.ts';
import { type ActOptions, act } from './act.ts';

/** Makes a boot environment of another one, or of a snapshot. */
export function create(options: ActOptions, intent: CreateIntent): Promise<Plan> {
  const candidates = (listing: Parameters<typeof snapshotPaths>[0]): readonly string[] =>
    snapshotPaths(listing, intent.source?.snapshot);
  return act(
    { ...options, look: { candidates, uses: 'leftovers', oneShot: intent.activation === 'once' } },
    (observation) => planCreate(observation, intent, grub),
  );
}
