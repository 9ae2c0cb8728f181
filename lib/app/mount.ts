import { isProblem } from '../model/problem.ts';
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
      plan: (world, facts) => {
        const plan = planMount(world, intent, facts);
        return isProblem(plan) ? plan : withLock(plan);
      },
    },
    carryOutSteps(options),
  );
  return plan;
}
