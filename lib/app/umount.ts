import { BeHookError } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { withLock } from '../plan/take-lock.ts';
import { askToUmount, planUmount, type UmountIntent } from '../plan/umount.ts';
import type { ActOptions } from './act.ts';
import { carryOutSteps, onMounts } from './on-mounts.ts';

/**
 * Unmounts a boot environment or a snapshot where the caller sees it. A directory itself identifies its file system.
 */
export async function umount(options: ActOptions, intent: UmountIntent): Promise<Plan> {
  const directory = 'directory' in intent.what ? intent.what.directory : undefined;
  const where = options.where ?? (directory === undefined ? undefined : { filesystem: directory });
  try {
    const { plan } = await onMounts(
      { ...options, where, write: false, candidates: () => [] },
      { ask: () => askToUmount(intent), plan: (world, facts) => withLock(planUmount(world, intent, facts)) },
      carryOutSteps(options),
    );
    return plan;
  } catch (error) {
    const nothingThere = error instanceof BeHookError && ['not-btrfs', 'no-such-place'].includes(error.problem.code);
    if (directory === undefined || options.where !== undefined || !nothingThere) throw error;
    throw new BeHookError({ code: 'not-mounted', name: directory }, { cause: error });
  }
}
