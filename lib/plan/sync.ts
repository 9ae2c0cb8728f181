import type { BootEnvironment, SystemState } from '../model/environment.ts';
import type { Menu } from '../model/menu.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { desiredMenu, type LeavingKernel } from './desired-menu.ts';
import type { Loader, LoaderSteps } from './loader.ts';
import { holdsLoader } from './loader-holder.ts';
import { inOrder } from './ordering.ts';
import { planSavedEntries } from './saved-entry.ts';
import type { World } from './world.ts';

/** What a sync is asked to do. */
export interface SyncIntent {
  readonly leaving?: LeavingKernel | undefined;
  /** False inside of a package transaction: the distribution's menu is then refreshed once, at its end. */
  readonly refreshDistributionMenu: boolean;
  /**
   * The names of the environments of which it is a failure that be-hook cannot interpret them; undefined is the active
   * and the running one. Of all others it is a warning.
   */
  readonly about?: readonly string[];
  /** What is recorded when the menus that a machine may boot by are on disk. */
  readonly activation?: Activation;
  /** kernel-install is at work: what it noted about the new kernel is left to the plugins that come after this one. */
  readonly kernelInstallRuns?: boolean;
  /** A hook writes only where our menu is in place already. */
  readonly byHook?: boolean;
}

/** Another boot environment becomes the default. */
export interface Activation {
  readonly steps: readonly Step[];
  /** The uuid of the subvolume that booted by default until now. */
  readonly from: string | undefined;
}

/** What a command does that names an environment and then brings the menu in step. */
export const afterwards: SyncIntent = { refreshDistributionMenu: false, about: [] };

/** Makes the menu that ought to exist. No steps when it does already. */
export function planSync({ state: given, loader }: World, intent: SyncIntent): Plan | Problem {
  const state = intent.byHook === true ? onlyWhereMenuIs(given) : given;
  const desired = desiredMenu(state, () => findCurrent(state, loader), intent.leaving);
  if (isProblem(desired)) return desired;
  const isVital = (environment: BootEnvironment): boolean => decidesBoot(environment, state, intent.activation);
  const vital = loader.installMenu(desired.menu, state.environments.filter(isVital));
  const others = state.environments
    .filter((one) => !isVital(one))
    .map((one) => ofPart(one, loader.installMenu(desired.menu, [one])));
  const stale = loader.refreshDistributionMenu(state);
  const groups = [
    ...vital.groups,
    intent.activation?.steps ?? [],
    ...together(others),
    intent.refreshDistributionMenu ? stale : [],
    intent.kernelInstallRuns === true ? [] : planSavedEntries(state),
  ];
  const about = intent.about ?? state.environments.filter(isOwn).map(({ name }) => name);
  const blocked = state.environments.flatMap(({ name, blocker }) =>
    blocker === undefined || !about.includes(name) ? [] : [blocker],
  );
  const unresolved = [...blocked, ...vital.unresolved];
  return {
    steps: [...inOrder(groups), ...planNote(state, intent, stale.length > 0, unresolved.length === 0)],
    warnings: [
      ...state.problems,
      ...state.environments.flatMap((one) => warningsOf(one, about)),
      ...desired.warnings,
      ...others.flatMap((one) => one.unresolved),
      ...findLeftAlone(state),
    ],
    unresolved,
  };
}

/** Whether the machine runs it or boots it by default. */
function isOwn({ active, running }: BootEnvironment): boolean {
  return active || running;
}

/**
 * Whether a menu in its GRUB directory may decide what the machine boots. When the default changes, all that may be read
 * must agree: those of the old default and of the environment that GRUB itself was installed from, too.
 */
function decidesBoot(environment: BootEnvironment, state: SystemState, activation: Activation | undefined): boolean {
  if (isOwn(environment)) return true;
  if (activation === undefined) return false;
  return environment.subvolume.uuid === activation.from || holdsLoader(environment, state) !== undefined;
}

/** What was not understood about it; of a copy that is not offered only `list` and `diagnose` speak. */
function warningsOf({ name, state, blocker, problems }: BootEnvironment, about: readonly string[]): readonly Problem[] {
  if (state !== undefined) return [];
  return [...(blocker === undefined || about.includes(name) ? [] : [blocker]), ...problems];
}

function ofPart({ name, state }: BootEnvironment, { groups, unresolved }: LoaderSteps): LoaderSteps {
  const part = { of: 'environment', name } as const;
  return {
    groups: groups.map((group) => group.map((step) => ({ ...step, part }))),
    unresolved: state === undefined ? unresolved : [],
  };
}

/** The first groups of all of them, then the second ones: each wait for the disk serves all. */
function together(all: readonly LoaderSteps[]): readonly (readonly Step[])[] {
  const count = Math.max(0, ...all.map(({ groups }) => groups.length));
  return Array.from({ length: count }, (_, index) => all.flatMap(({ groups }) => groups[index] ?? []));
}

function onlyWhereMenuIs(state: SystemState): SystemState {
  const environments = state.environments.map((one) => ({ ...one, maintained: one.maintained && one.hasMenu }));
  return { ...state, environments };
}

/** Environments whose GRUB directory decides what boots, and which be-hook must not write to. */
function findLeftAlone(state: SystemState): readonly Problem[] {
  return state.environments
    .filter((one) => !one.maintained && (one.active || holdsLoader(one, state) !== undefined))
    .map(({ name, subvolume }) => ({ code: 'menu-left-alone', name, path: subvolume.path }));
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
    return noted && resolved ? [{ kind: 'clear-needs-sync', reason: 'the menu is up to date' }] : [];
  if (noted || !stale) return [];
  return [
    {
      kind: 'mark-needs-sync',
      reason: "the distribution's own menu is regenerated at the end of the package transaction",
    },
  ];
}
