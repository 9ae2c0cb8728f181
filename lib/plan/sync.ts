import type { SystemState } from '../model/environment.ts';
import type { Menu } from '../model/menu.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { desiredMenu, type LeavingKernel } from './desired-menu.ts';
import type { Loader } from './loader.ts';

/** What a sync is asked to do. */
export interface SyncIntent {
  readonly leaving?: LeavingKernel | undefined;
  /** False inside of a package transaction: the distribution's menu is then refreshed once, at its end. */
  readonly refreshDistributionMenu: boolean;
}

/** Makes the menu that ought to exist. No steps when it does already. */
export function planSync(state: SystemState, intent: SyncIntent, loader: Loader): Plan | Problem {
  const desired = desiredMenu(state, () => findCurrent(state, loader), intent.leaving);
  if (isProblem(desired)) return desired;
  const installed = loader.installMenu(desired.menu, state);
  const stale = loader.refreshDistributionMenu(state);
  const groups = [...installed.groups, intent.refreshDistributionMenu ? stale : []];
  const blocked = state.environments.flatMap(({ blocker }) => (blocker === undefined ? [] : [blocker]));
  const unresolved = [...blocked, ...installed.unresolved];
  return {
    steps: [...inOrder(groups), ...planNote(state, intent, stale.length > 0, unresolved.length === 0)],
    warnings: [...state.problems, ...state.environments.flatMap(({ problems }) => problems), ...desired.warnings],
    unresolved,
  };
}

/** The menu that some home shows now, the active environment's first. */
function findCurrent({ environments }: SystemState, loader: Loader): Menu | undefined {
  for (const home of environments.flatMap(({ homes }) => homes)) {
    const menu = loader.readMenu(home);
    if (menu !== undefined) return menu;
  }
  return undefined;
}

/** The note that a sync is due: left when a part of this one has to wait, taken back when nothing is left to do. */
function planNote(
  state: SystemState,
  { refreshDistributionMenu }: SyncIntent,
  stale: boolean,
  resolved: boolean,
): readonly Step[] {
  const noted = state.tools.needsSync !== undefined;
  if (refreshDistributionMenu)
    return noted && resolved ? [{ kind: 'clear-needs-sync', reason: 'the menu is as it ought to be' }] : [];
  if (noted || !stale) return [];
  return [
    { kind: 'mark-needs-sync', reason: "the distribution's own menu waits for the end of the package transaction" },
  ];
}

/**
 * Puts groups of steps into the order of law 1: what was written before us is on disk before the first of them, and
 * each group before the next. GRUB replays neither a journal nor a log, so fsync would not do.
 */
export function inOrder(groups: readonly (readonly Step[])[]): readonly Step[] {
  const busy = groups.filter((group) => group.length > 0);
  if (busy.length === 0) return [];
  const settle = (reason: string): Step => ({ kind: 'sync-filesystem', reason });
  const after = settle('GRUB reads only what has been committed');
  return [settle('kernels must be on disk before the menu names them'), ...busy.flatMap((group) => [...group, after])];
}
