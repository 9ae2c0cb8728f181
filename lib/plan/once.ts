import type { Observation } from '../model/observation.ts';
import type { Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';

/** How an environment is made to boot once. */
export interface Once {
  /** Before the menu is written. */
  readonly steps: readonly Step[];
  /** What will be observed then. */
  readonly observation: Observation;
  /** When the menu that honours the wish is on disk. */
  readonly last: Step;
}

/** Plans to boot an environment once; refused where GRUB could not clear the wish, for it would be honoured for ever. */
export function planOnce(observation: Observation, name: string): Once | Problem {
  const { mountpoint, filesystemUuid, why } = observation.oneShot;
  if (observation.filesystem.runningSubvolume === undefined) {
    return { code: 'one-shot-impossible', why: 'this is not the file system of the running system' };
  }
  if (mountpoint === undefined) return { code: 'one-shot-impossible', why };
  if (filesystemUuid === undefined) return { code: 'one-shot-impossible', why: `${mountpoint} has no UUID` };
  const isFile = (one: Observation['attributes'][number]): boolean => one.path === '' && one.name === 'one-shot';
  const known = observation.attributes.find(isFile)?.value === filesystemUuid;
  const others = observation.attributes.filter((one) => !isFile(one));
  const attributes = [...others, { path: '', name: 'one-shot', value: filesystemUuid }];
  const reason = `“${name}” boots once`;
  return {
    steps: known ? [] : [{ kind: 'set-one-shot-file', filesystemUuid, reason }],
    observation: { ...observation, attributes },
    last: { kind: 'set-next', mountpoint, name, reason },
  };
}
