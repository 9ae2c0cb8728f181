import type { Plan } from '../model/step.ts';
import { snapshotPaths } from '../plan/find-source.ts';
import { askToMount, type MountIntent, planMount } from '../plan/mount.ts';
import { withLock } from '../plan/take-lock.ts';
import type { ActOptions } from './act.ts';
import { carryOutSteps, onMounts } from './on-mounts.ts';

/** Mounts a boot environment or a snapshot where the caller sees it. */
export async function mount(options: ActOptions, intent: MountIntent): Promise<Plan> {
  const candidates = (listing: Parameters<typeof snapshotPaths>[0]): readonly string[] =>
    snapshotPaths(listing, intent.target.snapshot);
  const { plan } = await onMounts(
    { ...options, write: !intent.readOnly, candidates },
    {
      ask: (world) => askToMount(world, intent),
      plan: (world, facts) => withLock(planMount(world, intent, facts)),
    },
    carryOutSteps(options),
  );
  return plan;
}
