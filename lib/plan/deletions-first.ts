import { entriesOf } from '../model/menu.ts';
import type { Plan, Step } from '../model/step.ts';
import { settle } from './ordering.ts';
import type { World } from './world.ts';

/**
 * Whether boot environments may be deleted while the menus still offer them: no menu that is on disk boots one of them by
 * default, so the machine boots what it booted before, whenever the power fails.
 */
export function mayGoFirst({ state, loader }: World, ids: readonly number[]): boolean {
  const going = state.environments.filter(({ subvolume }) => ids.includes(subvolume.id));
  const homes = state.environments.flatMap((environment) => environment.homes);
  return homes.every((home) => {
    const menu = loader.readMenu(home);
    const chosen = menu && entriesOf(menu).find(({ id }) => id === menu.default);
    return chosen === undefined || !going.some(({ name }) => name === chosen.be);
  });
}

/**
 * A plan that deletes, for a disk on which no file can be written: it deletes first, because that gives back the space for
 * the menus, which are written afterwards, one by one. Undefined where the plan must keep its order.
 */
export function deletionsFirst(plan: Plan): Plan | undefined {
  const start = plan.steps.findIndex(({ kind, part }) => kind === 'doom' && part === undefined);
  if (plan.mayDeleteFirst !== true || start === -1) return undefined;
  const [menus, rest] = [plan.steps.slice(0, start), plan.steps.slice(start)];
  const deletions = rest.filter(({ part }) => part === undefined);
  const ids = deletions.flatMap((step) => (step.kind === 'delete-subvolume' ? [step.id] : []));
  const wait: Step = { kind: 'wait-for-space', ids, reason: 'the menus need some of the freed space' };
  return { ...plan, steps: [...deletions, wait, ...menus.flatMap(alone), ...rest.filter(({ part }) => part)] };
}

/** A file that is replaced gives back its space when it is committed. */
function alone(step: Step): readonly Step[] {
  if (!('path' in step)) return [step];
  const menu: Step = { ...step, part: { of: 'menu', path: step.path } };
  return [menu, settle('the replaced menu frees its space')];
}
