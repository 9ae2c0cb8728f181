import type { BootEnvironment, SystemState } from '../model/environment.ts';
import { compareAge } from '../model/environment-age.ts';
import { parseTarget } from '../model/snapshot-name.ts';
import { standardEnvironment } from './find-environment.ts';

/**
 * The boot environment to go back to from the running one, or from the active one if none runs: its most recent earlier
 * state that exists and can be booted. Undefined if there is no such environment.
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

/** Whether it has a kernel that the menu could boot. */
export function isBootable({ state, blocker, kernels }: BootEnvironment): boolean {
  return state === undefined && blocker === undefined && kernels.length > 0;
}

/**
 * If the default is an upgraded copy that has never booted, going back from it means staying in the present
 * environment.
 */
function findNeverBooted(present: BootEnvironment, { environments }: SystemState): BootEnvironment | undefined {
  const active = environments.find((one) => one.active);
  const isNew = active !== undefined && active !== present && !isOlder(active, present);
  return isNew && active.restorePoint === undefined && isCopyOf(active, present.name) ? present : undefined;
}

/**
 * A restore point is always older than its source, whatever their times of creation are. Going back from a restore
 * point leads to the restore point before it.
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
