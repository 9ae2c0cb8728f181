import type { Step } from '../model/step.ts';
import { activeUuid } from './find-environment.ts';
import { foresee, withActive } from './foresee.ts';
import { markUnmarked, type RecordedWorld } from './mark-unmarked.ts';
import type { World } from './world.ts';

/**
 * Where the default subvolume chooses what boots, another program can change it (`snapper rollback`). That is an
 * activation: be-hook records the chosen root as the default, and marks it as a boot environment. It does so only if it
 * manages boot environments there already.
 */
export function adoptChosen(world: World): RecordedWorld {
  const { observation, state } = world;
  const { environments, followsDefault, defaultSubvolume } = state;
  const chosen = environments.find(({ active, subvolume }) => active && subvolume.id === defaultSubvolume);
  const isManaged = observation.active !== undefined || environments.some(({ marked }) => marked);
  if (!followsDefault || chosen === undefined || !isManaged) return { steps: [], world };
  const marked = markUnmarked(world, 0);
  const uuid = activeUuid(state);
  if (observation.active === uuid) return marked;
  const record: Step = { kind: 'set-active', uuid, reason: 'another program made it the default subvolume' };
  return { steps: [...marked.steps, record], world: foresee(marked.world, withActive(uuid)) };
}
