import { grub } from '../bootloaders/grub/backend.ts';
import type { Target } from '../model/snapshot-name.ts';
import type { Plan } from '../model/step.ts';
import { snapshotPaths } from '../plan/find-source.ts';
import { planRollback } from '../plan/rollback.ts';
import { planRollbackToPrevious } from '../plan/rollback-previous.ts';
import { type ActOptions, act } from './act.ts';

/** Makes a boot environment what one of its snapshots kept. `now` is in seconds since 1970. */
export function rollback(options: ActOptions, target: Target, now: number): Promise<Plan> {
  const candidates = (listing: Parameters<typeof snapshotPaths>[0]): readonly string[] =>
    snapshotPaths(listing, target.snapshot);
  return act({ ...options, look: { candidates, uses: 'always' } }, (observation) =>
    planRollback(observation, target, now, grub),
  );
}

/** Makes the boot environment that the running one came from the one that boots by default. */
export function rollbackToPrevious(options: ActOptions): Promise<Plan> {
  return act(options, (observation) => planRollbackToPrevious(observation, grub));
}
