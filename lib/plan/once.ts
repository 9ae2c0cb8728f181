import type { Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import { foresee, withAttribute } from './foresee.ts';
import type { World } from './world.ts';

/** The plan of a one-shot request. */
export interface Once {
  /** Steps before the menu is written. */
  readonly steps: readonly Step[];
  /** The world after these steps. */
  readonly world: World;
  /** The step after the menu that honours the request is on disk. */
  readonly last: Step;
}

/**
 * Plans to boot an environment once. It refuses if the boot loader could not clear the request, because it would then
 * honour it at every start.
 */
export function planOnce(world: World, name: string): Once | Problem {
  const { observation, loader } = world;
  const { mountpoint, filesystemUuid, why } = observation.oneShot;
  if (!loader.can.once) {
    return { code: 'one-shot-impossible', why: why === '' ? 'the boot loader has no entry for one boot' : why };
  }
  if (observation.filesystem.runningSubvolume === undefined) {
    return { code: 'one-shot-impossible', why: 'this is not the file system of the running system' };
  }
  if (mountpoint === undefined) return { code: 'one-shot-impossible', why };
  if (filesystemUuid === undefined) return { code: 'one-shot-impossible', why: `${mountpoint} has no UUID` };
  const known = observation.attributes.find(
    (attribute) => attribute.path === '' && attribute.name === 'one-shot',
  )?.value;
  const reason = `“${name}” boots once`;
  return {
    steps: known === filesystemUuid ? [] : [{ kind: 'set-one-shot-file', filesystemUuid, reason }],
    world: foresee(world, withAttribute('', 'one-shot', filesystemUuid)),
    last: { kind: 'set-next', mountpoint, name, reason },
  };
}
