import type { Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { hasRecord } from './interpret/kernel-records.ts';
import { planKeptImages } from './kept-images.ts';
import { inOrder } from './ordering.ts';
import { returnBoot } from './return-boot.ts';
import type { World } from './world.ts';

/**
 * Gives every GRUB directory back to the distribution, before the administrator removes be-hook (a machine boots
 * without be-hook). Marks stay, and so do the copies of kernels on a separate /boot: those of other environments are made
 * before the active one gets the names of the distribution. Changes nothing where be-hook has to change a separate /boot and cannot
 * open it, because GRUB would still read the menu there.
 */
export function planUninstall(world: World): Plan {
  const { observation, state, loader } = world;
  const closed = findClosedBoot(world);
  if (closed !== undefined) return { steps: [], warnings: [], unresolved: [closed] };
  const { copies, records } = planKeptImages(state, observation);
  const returned = returnBoot(world);
  const removed = loader.removeMenu(state, state.environments, returned.entry);
  const groups = [...(returned.groups.length === 0 ? [] : [copies, records]), ...returned.groups, ...removed.groups];
  const { unresolved, notes = [] } = removed;
  return { steps: inOrder(groups), warnings: [], unresolved, ...(notes.length === 0 ? {} : { notes }) };
}

/** Only an environment that be-hook served has a record of kernels. On any other separate /boot there is no menu of be-hook. */
function findClosedBoot({ observation, state }: World): Problem | undefined {
  const served = state.environments.find(
    ({ layout, subvolume }) => layout.kind === 'separate-boot' && hasRecord(subvolume, observation),
  );
  if (observation.boot !== undefined || served === undefined) return undefined;
  const { name, layout } = served;
  return { code: 'layout-unsupported', name, layout };
}
