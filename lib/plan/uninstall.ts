import type { SystemState } from '../model/environment.ts';
import type { Plan } from '../model/step.ts';
import type { Loader } from './loader.ts';
import { inOrder } from './sync.ts';

/**
 * Gives every menu home back to the distribution: for the day on which be-hook is removed from the machine (a machine boots without be-hook).
 * Marks stay.
 */
export function planUninstall(state: SystemState, loader: Loader): Plan {
  const removed = loader.removeMenu(state, state.environments);
  return { steps: inOrder(removed.groups), warnings: [], unresolved: removed.unresolved };
}
