import type { Plan, Step } from '../model/step.ts';
import { planTidy } from './tidy.ts';
import type { World } from './world.ts';

/**
 * A directory of the depot for what is on its way in or out. It is never noted as finished: whoever comes later takes it
 * away, unless somebody uses what is in it.
 */
export interface Stage {
  readonly directory: string;
  /** A subvolume in it; whoever has it open uses all of it. */
  readonly held: string;
}

/** Takes a stage away, if it is there. */
export function planDiscard(world: World, { directory }: Stage): Plan {
  const leftovers = world.state.leftovers.filter(({ path }) => path === directory);
  return { steps: planTidy(world, leftovers), warnings: [], unresolved: [] };
}

/** Steps that take away what interrupted runs left, as far as no menu can offer it. */
export function tidyUnfinished(world: World): readonly Step[] {
  const leftovers = world.state.leftovers.filter(({ kind }) => kind === 'unfinished');
  return planTidy(world, leftovers);
}
