import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { findChangeable } from './find-environment.ts';
import { firstBootDue } from './first-boot-due.ts';
import { foresee, withMark } from './foresee.ts';
import { setKernels } from './kept-images.ts';
import { commit, inOrder } from './ordering.ts';
import { withSync } from './then-sync.ts';
import type { World } from './world.ts';

/**
 * Removes the mark of a boot environment. The subvolume does not change. It refuses the running one and, if there are
 * others, the active one. Forgetting the last one also removes be-hook's menu.
 */
export function planForget(world: World, name: string): Plan | Problem {
  const { loader, state } = world;
  const found = findChangeable(state, name);
  if (isProblem(found)) return found;
  if (found.running) return { code: 'environment-in-use', name, how: 'running', detail: '', verb: 'forget' };
  const last = state.environments.length === 1;
  if (found.active && !last) return { code: 'environment-in-use', name, how: 'active', detail: '', verb: 'forget' };
  if (found.firstBoot !== undefined) return firstBootDue(name, found.firstBoot);
  const { path } = found.subvolume;
  const clear: Step = { kind: 'clear-mark', path, reason: `“${name}” becomes an ordinary subvolume` };
  const clearing = found.keptImages === undefined ? [clear] : [clear, setKernels(path, undefined)];
  if (last) {
    const removed = loader.removeMenu(state, state.environments);
    const forget: Step = { kind: 'set-active', uuid: undefined, reason: 'no boot environment is left' };
    const steps = [...inOrder(removed.groups), ...clearing, forget, commit];
    return { steps, warnings: [], unresolved: removed.unresolved };
  }
  const removed = loader.removeMenu(state, [found]);
  const plan = withSync(clearing, foresee(world, withMark(found.subvolume, undefined)));
  return {
    ...plan,
    steps: [...plan.steps, ...inOrder(removed.groups)],
    unresolved: [...plan.unresolved, ...removed.unresolved],
  };
}
