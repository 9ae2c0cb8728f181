import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { withCommit } from './ordering.ts';
import { afterwards, planSync } from './sync.ts';
import { findUnserved } from './unserved.ts';
import type { World } from './world.ts';

/** What a plan that ends with a sync is about. */
export interface ThenSync {
  /** The environments that the command names: of these it is a failure that be-hook cannot interpret them. */
  readonly about?: readonly string[];
  /** The uuid of the subvolume that booted by default until now. */
  readonly from?: string | undefined;
}

/**
 * Steps of an intent, followed by those that bring the menu in step with the world `after` them. A menu that cannot be made prevents the first ones only
 * where the machine is not served: nothing is recorded there.
 */
export function thenSync(steps: readonly Step[], after: World, more: ThenSync = {}): Plan | Problem {
  return findUnserved(after.state) ?? withSync(steps, after, more);
}

/**
 * As `thenSync`, also where the machine is not served: for what removes something of be-hook. What boots by default is
 * recorded after the menus that say so are on disk: attribute and menu agree if one of them cannot be written.
 */
export function withSync(steps: readonly Step[], after: World, { about = [], from }: ThenSync = {}): Plan {
  const activation = steps.filter(({ kind }) => kind === 'set-active');
  const before = steps.filter(({ kind }) => kind !== 'set-active');
  const intent = {
    ...afterwards,
    about,
    ...(activation.length === 0 ? {} : { activation: { steps: activation, from } }),
  };
  const sync = planSync(after, intent);
  if (!isProblem(sync)) return { ...sync, steps: [...before, ...withCommit(before, sync.steps)] };
  return { steps: [...steps, ...withCommit(steps, [])], warnings: [...after.state.problems, sync], unresolved: [] };
}
