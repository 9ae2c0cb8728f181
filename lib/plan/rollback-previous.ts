import type { BootEnvironment } from '../model/environment.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import type { Volume } from '../model/volume.ts';
import { planActivate } from './activate.ts';
import { defaultEnvironment } from './find-environment.ts';
import { findPrevious } from './previous.ts';
import { findUnserved } from './unserved.ts';
import type { World } from './world.ts';

/** Makes the previous boot environment of the running one the default. Nothing is deleted. */
export function planRollbackToPrevious(world: World): Plan | Problem {
  const { state } = world;
  const present = defaultEnvironment(state);
  if (present === undefined) return { code: 'no-environments' };
  const unserved = findUnserved(state);
  if (unserved !== undefined) return unserved;
  const previous = findPrevious(state);
  if (previous === undefined) return { code: 'no-previous', name: present.name };
  const plan = planActivate(world, previous.name);
  return isProblem(plan) ? plan : { ...plan, notes: describeWay(present, previous) };
}

function describeWay(present: BootEnvironment, previous: BootEnvironment): readonly string[] {
  if (present === previous) return [`“${present.name}” is running and boots by default.`];
  const isShared = ({ subvolume }: Volume): boolean =>
    previous.volumes.some((volume) => volume.subvolume.id === subvolume.id);
  const own = present.volumes.filter((volume) => !isShared(volume));
  const shared = present.volumes.filter(isShared);
  return [
    `“${previous.name}” boots by default from now on; reboot to go back to it.`,
    `Later changes in ${list([{ mountpoint: '/' }, ...own])} are not in “${previous.name}”; they stay in “${present.name}”.`,
    ...(shared.length === 0 ? [] : [`Shared by both and not rolled back: ${list(shared)}.`]),
  ];
}

function list(volumes: readonly Pick<Volume, 'mountpoint'>[]): string {
  return volumes.map(({ mountpoint }) => mountpoint).join(', ');
}
