import type { ActOptions } from '../../app/act.ts';
import { destroy } from '../../app/commands.ts';
import { umount } from '../../app/umount.ts';
import type { Target } from '../../model/snapshot-name.ts';
import type { Plan } from '../../model/step.ts';
import { problemOf } from './call.ts';

/**
 * Destroys. With `unmount` it first unmounts what is mounted, if nothing else prevents the deletion. Throws a refusal.
 */
export async function destroyMounted(options: ActOptions, target: Target, unmount: boolean): Promise<Plan> {
  if (unmount && (await isKeptByMount(options, target))) await umount(options, { what: target, lazy: true });
  return destroy(options, target);
}

async function isKeptByMount(options: ActOptions, target: Target): Promise<boolean> {
  try {
    await destroy({ ...options, dryRun: true }, target);
    return false;
  } catch (error) {
    return problemOf(error).code === 'environment-mounted';
  }
}
