import { defaultEntryOf } from '../model/menu.ts';
import type { Plan, Step } from '../model/step.ts';
import { filesystemOf, settle } from './ordering.ts';
import type { World } from './world.ts';

/**
 * Whether be-hook may delete boot environments while the menus still offer them. It may if no menu on disk boots one of
 * them by default. The machine then boots the same environment as before after a power failure.
 */
export function mayGoFirst({ state, loader }: World, ids: readonly number[]): boolean {
  const going = state.environments.filter(({ subvolume }) => ids.includes(subvolume.id));
  const menus = state.environments.flatMap((environment) => loader.readMenus(environment));
  return menus.every((menu) => {
    const chosen = menu && defaultEntryOf(menu);
    return chosen === undefined || !going.some(({ name }) => name === chosen.be);
  });
}

/**
 * The plan in an order for a full disk, on which no file can be written. It deletes first, because that frees the space
 * for the menus. Then it writes the menus one by one. A later plan deletes copies of kernels, because the present menus
 * name them. Undefined if the plan must keep its order.
 */
export function deletionsFirst(plan: Plan): Plan | undefined {
  const start = plan.steps.findIndex(({ kind, part }) => kind === 'mark-for-deletion' && part === undefined);
  if (plan.mayDeleteFirst !== true || start === -1) return undefined;
  const [menus, rest] = [plan.steps.slice(0, start), plan.steps.slice(start)];
  const deletions = rest.filter((step) => step.part === undefined && filesystemOf(step) === 'root');
  const ids = deletions.flatMap((step) => (step.kind === 'delete-subvolume' ? [step.id] : []));
  const wait: Step = { kind: 'wait-for-space', ids, reason: 'the menus need some of the freed space' };
  return { ...plan, steps: [...deletions, wait, ...menus.flatMap(alone), ...rest.filter(({ part }) => part)] };
}

/** Committing a replaced file frees the space of the old one. */
function alone(step: Step): readonly Step[] {
  if (!('path' in step)) return [step];
  const menu: Step = { ...step, part: { of: 'menu', path: step.path } };
  return [menu, settle('the replaced menu frees its space', filesystemOf(step))];
}
