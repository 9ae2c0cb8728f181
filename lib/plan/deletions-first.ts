import { defaultEntryOf } from '../model/menu.ts';
import { printPlace } from '../model/place.ts';
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
 * The plan in an order for a full file system, on which no file can be written. It deletes first, because that frees the
 * space for the menus. Then it writes the menus one by one. On a full btrfs a later plan deletes copies of kernels, because
 * the present menus name them. On a full separate /boot only these copies free space: the plan first deletes those that
 * the menus on disk name for the deleted environments alone. Undefined if the plan must keep its order, or if it would
 * free nothing on the full file system.
 */
export function deletionsFirst(plan: Plan, world: World, full: 'root' | 'boot' = 'root'): Plan | undefined {
  const start = plan.steps.findIndex(({ kind, part }) => kind === 'mark-for-deletion' && part === undefined);
  if (plan.mayDeleteFirst !== true || start === -1) return undefined;
  const [menus, rest] = [plan.steps.slice(0, start), plan.steps.slice(start)];
  const deletions = rest.filter((step) => step.part === undefined && filesystemOf(step) === 'root');
  const ids = deletions.flatMap((step) => (step.kind === 'delete-subvolume' ? [step.id] : []));
  const copies = full === 'boot' ? copiesOf(ids, rest, world) : [];
  if (full === 'boot' && copies.length === 0) return undefined;
  const wait: Step = { kind: 'wait-for-space', ids, reason: 'the menus need some of the freed space' };
  const freed = copies.length === 0 ? [] : [settle('the menus need the freed space', 'boot')];
  const others = rest.filter(({ part }) => part);
  return { ...plan, steps: [...deletions, wait, ...copies, ...freed, ...menus.flatMap(alone), ...others] };
}

/** The steps that delete copies of kernels which no menu on disk names for a remaining environment. */
function copiesOf(ids: readonly number[], steps: readonly Step[], { state, loader }: World): readonly Step[] {
  const going = state.environments.filter(({ subvolume }) => ids.includes(subvolume.id)).map(({ name }) => name);
  const groups = state.environments
    .flatMap((environment) => loader.readMenus(environment).flatMap((menu) => menu?.groups ?? []))
    .filter(({ be }) => !going.includes(be));
  const named = new Set(
    groups.flatMap(({ entries }) => entries).flatMap(({ image, initrds }) => [image, ...initrds].map(printPlace)),
  );
  return steps.filter((step) => step.kind === 'remove-file' && step.on === 'boot' && !named.has(printPlace(step)));
}

/** Committing a replaced file frees the space of the old one. */
function alone(step: Step): readonly Step[] {
  if (!('path' in step)) return [step];
  const menu: Step = { ...step, part: { of: 'menu', path: step.path } };
  return [menu, settle('the replaced menu frees its space', filesystemOf(step))];
}
