import { isActivating, type Step } from '../model/step.ts';
import { pathOfFuture } from '../model/store.ts';
import type { World } from './world.ts';

/**
 * Steps after which the subvolume with this uuid boots by default, a subvolume of the world or one that the plan makes.
 * Where the default subvolume chooses what boots, they change that too. It comes first: after a crash between the two
 * steps it decides, and the next run corrects the record.
 */
export function activationSteps(
  { observation, state }: Pick<World, 'observation' | 'state'>,
  uuid: string,
  reason: string,
): readonly Step[] {
  const path = pathOfFuture(uuid) ?? observation.subvolumes.find((subvolume) => subvolume.uuid === uuid)?.path;
  const from = observation.filesystem.defaultSubvolume;
  const present = observation.subvolumes.find(({ id }) => id === from)?.path;
  const moves = state.followsDefault && path !== undefined && path !== present;
  return [
    ...(moves ? [{ kind: 'set-default-subvolume', path, from, reason } as const] : []),
    ...(observation.active === uuid ? [] : [{ kind: 'set-active', uuid, reason } as const]),
  ];
}

/** The steps of a list that change what boots by default, and all others. */
export function splitActivation(steps: readonly Step[]): {
  readonly activation: readonly Step[];
  readonly before: readonly Step[];
} {
  return { activation: steps.filter(isActivating), before: steps.filter((step) => !isActivating(step)) };
}
