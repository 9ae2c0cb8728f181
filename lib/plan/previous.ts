import type { BootEnvironment, SystemState } from '../model/environment.ts';
import { compareAge } from '../model/environment-age.ts';
import { parseTarget } from '../model/snapshot-name.ts';
import { standardEnvironment } from './find-environment.ts';

/**
 * The boot environment to go back to from the running one, or where none runs from the active one: what it was most
 * recently, as far as that is there and can be booted. Undefined where there is none.
 */
export function findPrevious(state: SystemState): BootEnvironment | undefined {
  const present = standardEnvironment(state);
  if (present === undefined) return undefined;
  const others = state.environments.filter((one) => one !== present && isBootable(one));
  return (
    findNeverBooted(present, state) ??
    youngest(others.filter((one) => one.restorePoint !== undefined && isCopyOf(one, present.name))) ??
    findOrigin(present, others) ??
    youngest(others.filter((one) => isOlder(one, present)))
  );
}

/** Whether it has what the menu could boot. */
export function isBootable({ state, blocker, kernels }: BootEnvironment): boolean {
  return state === undefined && blocker === undefined && kernels.length > 0;
}

/** To go back from an upgraded copy that is to boot but never did is to stay. */
function findNeverBooted(present: BootEnvironment, { environments }: SystemState): BootEnvironment | undefined {
  const active = environments.find((one) => one.active);
  const isNew = active !== undefined && active !== present && !isOlder(active, present);
  return isNew && active.restorePoint === undefined && isCopyOf(active, present.name) ? present : undefined;
}

/**
 * A restore point is older than what it was copied from, whatever the times of their creation are: from it the way back
 * leads to the one before.
 */
function findOrigin(present: BootEnvironment, others: readonly BootEnvironment[]): BootEnvironment | undefined {
  if (present.restorePoint === undefined) return others.find(({ name }) => isCopyOf(present, name));
  const siblings = others.filter((one) => one.restorePoint !== undefined && one.origin === present.origin);
  return youngest(siblings.filter((one) => isOlder(one, present)));
}

function isCopyOf({ origin }: BootEnvironment, name: string): boolean {
  return origin !== undefined && parseTarget(origin).name === name;
}

function isOlder(one: BootEnvironment, other: BootEnvironment): boolean {
  return compareAge(one, other) < 0;
}

function youngest(environments: readonly BootEnvironment[]): BootEnvironment | undefined {
  return [...environments].sort((a, b) => compareAge(b, a))[0];
}
