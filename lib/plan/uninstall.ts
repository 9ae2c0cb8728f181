import type { Plan } from '../model/step.ts';
import { planKeptImages } from './kept-images.ts';
import { inOrder } from './ordering.ts';
import { returnBoot } from './return-boot.ts';
import type { World } from './world.ts';

/**
 * Gives every GRUB directory back to the distribution, before the administrator removes be-hook (a machine boots
 * without be-hook). Marks stay, and so do the copies of kernels on a separate /boot: those of other environments are made
 * before the active one gets the names of the distribution.
 */
export function planUninstall(world: World): Plan {
  const { observation, state, loader } = world;
  const { copies, records } = planKeptImages(state, observation);
  const returned = returnBoot(world);
  const removed = loader.removeMenu(state, state.environments, returned.entry);
  const groups = [...(returned.groups.length === 0 ? [] : [copies, records]), ...returned.groups, ...removed.groups];
  const { unresolved, notes = [] } = removed;
  return { steps: inOrder(groups), warnings: [], unresolved, ...(notes.length === 0 ? {} : { notes }) };
}
