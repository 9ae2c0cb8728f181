import { defaultEntryOf } from '../model/menu.ts';
import { printPlace } from '../model/place.ts';
import type { Plan, Step } from '../model/step.ts';
import { bytesForBoot } from './bytes-for-boot.ts';
import { bootReserve } from './kept-images.ts';
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
 * The plan in an order for a full btrfs, on which no file can be written. It deletes first, because that frees the
 * space for the menus. Then it writes the menus one by one. A later plan deletes copies of kernels, because the present
 * menus name them. Undefined if the plan must keep its order.
 */
export function deletionsFirst(plan: Plan): Plan | undefined {
  const start = findDeletion(plan);
  if (start === undefined) return undefined;
  const [menus, rest] = [plan.steps.slice(0, start), plan.steps.slice(start)];
  const deletions = rest.filter((step) => step.part === undefined && filesystemOf(step) === 'root');
  const ids = deletedBy(deletions);
  const wait: Step = { kind: 'wait-for-space', ids, reason: 'the menus need some of the freed space' };
  const others = rest.filter(({ part }) => part);
  return { ...plan, steps: [...deletions, wait, ...menus.flatMap(alone), ...others] };
}

/** The position of the first deletion. Undefined if no menu may offer a deleted environment. */
function findDeletion({ mayDeleteFirst, steps }: Plan): number | undefined {
  const start = steps.findIndex(isDeletionMark);
  return mayDeleteFirst !== true || start === -1 ? undefined : start;
}

function isDeletionMark({ kind, part }: Step): boolean {
  return kind === 'mark-for-deletion' && part === undefined;
}

/** The ids of the subvolumes that these steps delete. */
export function deletedBy(steps: readonly Step[]): readonly number[] {
  return steps.flatMap((step) => (step.kind === 'delete-subvolume' ? [step.id] : []));
}

/** A plan for a full separate /boot in two parts, each of which stages its files before it changes anything. */
interface SplitPlan {
  /** Deletes copies of kernels. */
  readonly copies: Plan;
  /** The other steps in their order. */
  readonly rest: Plan;
}

/**
 * The plan in an order for a full separate /boot. There only copies of kernels free space. It first deletes copies that no
 * menu on disk names. If they are too small, it marks the environments for deletion, and deletes also the copies that the
 * menus name for these environments alone. All other steps follow in their order, therefore the menus change before an
 * environment is deleted. Undefined if the plan must keep its order, or if the copies free less than the plan needs: xfs
 * refuses a new file of one block while 36 blocks are free (measured), because it reserves space for its trees.
 */
export function copiesFirst(plan: Plan, world: World): SplitPlan | undefined {
  const { boot } = world.observation;
  if (boot === undefined || findDeletion(plan) === undefined) return undefined;
  const needed = bytesForBoot(plan) + bootReserve - boot.free;
  const sizes = new Map(boot.kept.map((file) => [printPlace(file), file.size]));
  const choices = copiesOf(plan.steps, world);
  const copies = choices.find(
    (steps) => steps.reduce((sum, step) => sum + (sizes.get(printPlace(step)) ?? 0), 0) >= needed,
  );
  if (copies === undefined || copies.length === 0) return undefined;
  const marks = copies === choices[0] ? [] : plan.steps.filter(isDeletionMark);
  const marked = marks.length === 0 ? [] : [settle('the next run must remove the entries of the deleted copies')];
  const steps = [...marks, ...marked, ...copies, settle('the menus need the freed space', 'boot')];
  const isLeft = (step: Step): boolean => !copies.some((copy) => copy === step);
  return { copies: { ...plan, steps }, rest: { ...plan, steps: plan.steps.filter(isLeft) } };
}

type Removal = Extract<Step, { kind: 'remove-file' }>;

/**
 * The steps that delete copies of kernels: first those which no menu on disk names, then those which none names for a
 * remaining environment.
 */
function copiesOf(steps: readonly Step[], { state, observation, loader }: World): readonly (readonly Removal[])[] {
  const ids = deletedBy(steps);
  const going = state.environments.filter(({ subvolume }) => ids.includes(subvolume.id)).map(({ name }) => name);
  const groups = observation.roots.flatMap((root) => loader.readMenus(root).flatMap((menu) => menu?.groups ?? []));
  const kept = new Set(observation.boot?.kept.map(printPlace));
  const copies = steps.filter((step): step is Removal => step.kind === 'remove-file' && kept.has(printPlace(step)));
  return [groups, groups.filter(({ be }) => !going.includes(be))].map((remaining) => {
    const files = remaining.flatMap(({ entries }) => entries).flatMap(({ image, initrds }) => [image, ...initrds]);
    const named = new Set(files.map(printPlace));
    return copies.filter((step) => !named.has(printPlace(step)));
  });
}

/** Committing a replaced file frees the space of the old one. */
function alone(step: Step): readonly Step[] {
  if (!('path' in step)) return [step];
  const menu: Step = { ...step, part: { of: 'menu', path: step.path } };
  return [menu, settle('the replaced menu frees its space', filesystemOf(step))];
}
