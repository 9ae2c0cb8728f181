import type { Plan } from '../model/step.ts';
import { planTidy } from './tidy.ts';
import type { World } from './world.ts';

/** Deletes the unfinished work of interrupted runs. Every plan deletes copies of kernels that nothing needs. */
export function planGarbageCollection(world: World): Plan {
  return { steps: planTidy(world), warnings: [], unresolved: [] };
}
