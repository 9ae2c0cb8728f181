import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { splitActivation } from './activation.ts';
import { withCommit } from './ordering.ts';
import { afterwards, planSync } from './sync.ts';
import { findUnserved } from './unserved.ts';
import type { World } from './world.ts';

/** Options of a plan that ends with a sync. */
export interface ThenSync {
  /** The environments that the command names. The command fails if be-hook cannot interpret one of them. */
  readonly about?: readonly string[];
  /** The uuid of the subvolume that has been the default until now. */
  readonly from?: string | undefined;
}

/**
 * Steps of an intent, followed by those that update the menu for the world `after` them. If the menu cannot be made
 * because be-hook does not serve the machine, it records nothing. Other failures of the menu do not prevent the steps.
 */
export function thenSync(steps: readonly Step[], after: World, more: ThenSync = {}): Plan | Problem {
  return findUnserved(after.state) ?? withSync(steps, after, more);
}

/**
 * Like `thenSync`, but also on a machine that be-hook does not serve. Commands that remove parts of be-hook use it.
 * be-hook records the default after the menus with that default are on disk. If it cannot write one of them, attribute
 * and menu still agree.
 */
export function withSync(steps: readonly Step[], after: World, { about = [], from }: ThenSync = {}): Plan {
  const { activation, before } = splitActivation(steps);
  const intent = {
    ...afterwards,
    about,
    ...(activation.length === 0 ? {} : { activation: { steps: activation, from } }),
  };
  const sync = planSync(after, intent);
  if (!isProblem(sync)) return { ...sync, steps: [...before, ...withCommit(before, sync.steps)] };
  return { steps: [...steps, ...withCommit(steps, [])], warnings: [...after.state.problems, sync], unresolved: [] };
}
