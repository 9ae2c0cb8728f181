import type { Plan } from '../model/step.ts';
import { inOrder } from './ordering.ts';
import type { World } from './world.ts';

/**
 * Gives every GRUB directory back to the distribution, before the administrator removes be-hook (a machine boots
 * without be-hook). Marks stay.
 */
export function planUninstall({ state, loader }: World): Plan {
  const removed = loader.removeMenu(state, state.environments);
  return { steps: inOrder(removed.groups), warnings: [], unresolved: removed.unresolved };
}
