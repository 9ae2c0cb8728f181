import type { BootEnvironment, SystemState } from '../model/environment.ts';
import { compareAge } from '../model/environment-age.ts';
import { parseTarget } from '../model/snapshot-name.ts';
import { defaultEnvironment } from './find-environment.ts';

/**
 * The boot environment to go back to from the running one, or from the active one if none runs: its most recent earlier
 * state that exists and can be booted. Undefined if there is no such environment.
 */
export function findPrevious(state: SystemState): BootEnvironment | undefined {
  const present = defaultEnvironment(state);
  if (present === undefined) return undefined;
  const others = state.environments.filter((environment) => environment !== present && isBootable(environment));
  return (
    findNeverBooted(present, state) ??
    youngest(
      others.filter((environment) => environment.restorePoint !== undefined && isCopyOf(environment, present.name)),
    ) ??
    findOrigin(present, others) ??
    youngest(others.filter((environment) => isOlder(environment, present)))
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
  const active = environments.find((environment) => environment.active);
  const isNew = active !== undefined && active !== present && !isOlder(active, present);
  return isNew && active.restorePoint === undefined && isCopyOf(active, present.name) ? present : undefined;
}

/**
 * A restore point is always older than its source, whatever their times of creation are. Going back from a restore
 * point leads to the restore point before it.
 */
function findOrigin(present: BootEnvironment, others: readonly BootEnvironment[]): BootEnvironment | undefined {
  if (present.restorePoint === undefined) return others.find(({ name }) => isCopyOf(present, name));
  const siblings = others.filter(
    (environment) => environment.restorePoint !== undefined && environment.origin === present.origin,
  );
  return youngest(siblings.filter((environment) => isOlder(environment, present)));
}

function isCopyOf({ origin }: BootEnvironment, name: string): boolean {
  return origin !== undefined && parseTarget(origin).name === name;
}

function isOlder(first: BootEnvironment, second: BootEnvironment): boolean {
  return compareAge(first, second) < 0;
}

function youngest(environments: readonly BootEnvironment[]): BootEnvironment | undefined {
  return [...environments].sort((a, b) => compareAge(b, a))[0];
}
