import type { BootEnvironment } from '../model/environment.ts';
import type { Mark } from '../model/mark.ts';
import type { Step } from '../model/step.ts';
import { foresee, withMark } from './foresee.ts';
import type { World } from './world.ts';

/** Steps that record something, and the world after them. */
export interface RecordedWorld {
  readonly steps: readonly Step[];
  readonly world: World;
}

/**
 * Marks the roots that are boot environments only because they run, or because the default subvolume chooses them.
 * `now` is in seconds since 1970, for a root that does not state when it was made.
 */
export function markUnmarked(world: World, now: number): RecordedWorld {
  const unmarked = world.state.environments.filter(({ marked, readOnly }) => !marked && !readOnly);
  const reason = 'it must stay a boot environment when another one is running';
  const steps = unmarked.map((environment): Step => {
    return { kind: 'set-mark', path: environment.subvolume.path, mark: markFor(environment, now), reason };
  });
  const marks = unmarked.map((environment) => withMark(environment.subvolume, markFor(environment, now)));
  return { steps, world: foresee(world, ...marks) };
}

/**
 * Where the default subvolume chooses what boots, marks the root that another program made the default subvolume.
 * Without its mark it would stop being a boot environment when it is no longer the default one.
 */
export function keepChosen(world: World): RecordedWorld {
  return world.state.followsDefault ? markUnmarked(world, 0) : { steps: [], world };
}

function markFor({ name, subvolume, created }: BootEnvironment, now: number): Mark {
  return { version: 1, name, uuid: subvolume.uuid, created: created > 0 ? created : now };
}
