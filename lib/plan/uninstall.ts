import type { Plan } from '../model/step.ts';
import { inOrder } from './ordering.ts';
import { returnBoot } from './return-boot.ts';
import type { World } from './world.ts';

/**
 * Gives every GRUB directory back to the distribution, before the administrator removes be-hook (a machine boots
 * without be-hook). Marks stay, and so do the copies of kernels on a separate /boot.
 */
export function planUninstall(world: World): Plan {
  const { state, loader } = world;
  const returned = returnBoot(world);
  const removed = loader.removeMenu(state, state.environments, returned.entry);
  return { steps: inOrder([...returned.groups, ...removed.groups]), warnings: [], unresolved: removed.unresolved };
}
