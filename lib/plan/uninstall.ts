import type { Plan } from '../model/step.ts';
import { inOrder } from './ordering.ts';
import type { World } from './world.ts';

/**
 * Gives every menu home back to the distribution: for the day on which be-hook is removed from the machine (a machine boots without be-hook).
 * Marks stay.
 */
export function planUninstall({ state, loader }: World): Plan {
  const removed = loader.removeMenu(state, state.environments);
  return { steps: inOrder(removed.groups), warnings: [], unresolved: removed.unresolved };
}
