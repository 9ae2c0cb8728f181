import type { Plan, Step } from '../model/step.ts';
import { planTidy } from './tidy.ts';
import type { World } from './world.ts';

/**
 * A directory of the store for subvolumes during an export or an import. be-hook never notes it as finished. The next
 * run deletes it, unless a process uses it.
 */
export interface Stage {
  readonly directory: string;
  /** A subvolume in the stage. A process that has it open uses the whole stage. */
  readonly held: string;
}

/** Deletes a stage, if it exists. */
export function planDiscard(world: World, { directory }: Stage): Plan {
  const unfinishedWork = world.state.unfinishedWork.filter(({ path }) => path === directory);
  return { steps: planTidy(world, unfinishedWork), warnings: [], unresolved: [] };
}

/** Steps that delete unfinished work of interrupted runs that no menu can offer. */
export function tidyUnfinished(world: World): readonly Step[] {
  const unfinishedWork = world.state.unfinishedWork.filter(({ kind }) => kind === 'unfinished');
  return planTidy(world, unfinishedWork);
}
