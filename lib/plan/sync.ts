import type { BootEnvironment, SystemState } from '../model/environment.ts';
import { defaultEntryOf, type Menu } from '../model/menu.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';
import { adoptChosen } from './adopt-chosen.ts';
import { desiredMenu, type LeavingKernel } from './desired-menu.ts';
import { planKeptImages, withPresentFiles } from './kept-images.ts';
import type { Loader, LoaderSteps } from './loader.ts';
import { filesystemsOf, inOrder } from './ordering.ts';
import type { World } from './world.ts';

/** The request for a sync. */
export interface SyncIntent {
  readonly leaving?: LeavingKernel | undefined;
  /**
   * False inside of a package transaction. be-hook then refreshes the distribution's menu once, at the end of the
   * transaction.
   */
  readonly refreshDistributionMenu: boolean;
  /**
   * Names of environments. For these the sync fails if be-hook cannot interpret them. For all others it only warns.
   * Undefined is the active and the running one.
   */
  readonly about?: readonly string[];
  /** The records to write after the menus that the machine can boot from are on disk. */
  readonly activation?: Activation;
  /** Whether kernel-install is running. Then the plugins after be-hook's process its note about the new kernel. */
  readonly kernelInstallRuns?: boolean;
  /** Whether a hook requests the sync. A hook writes only where be-hook's menu is installed already. */
  readonly byHook?: boolean;
}

/** The change to another default. */
export interface Activation {
  readonly steps: readonly Step[];
  /** The uuid of the subvolume that has been the default until now. */
  readonly from: string | undefined;
}

/** The sync after a command that names an environment. */
export const afterwards: SyncIntent = { refreshDistributionMenu: false, about: [] };

/** Plans the steps to the required menu. There are none if the menu exists already. */
export function planSync(world: World, intent: SyncIntent): Plan | Problem {
  const adopted = adoptChosen(world);
  const { state: given, loader, observation } = adopted.world;
  const state = intent.byHook === true ? onlyWhereMenuIs(given) : given;
  const desired = desiredMenu(state, () => findCurrent(state, loader), intent.leaving, loader.can);
  if (isProblem(desired)) return desired;
  const kept = planKeptImages(state, observation);
  const menu = withPresentFiles(desired.menu, kept.omitted);
  if (defaultEntryOf(menu) === undefined && kept.warnings[0] !== undefined) return kept.warnings[0];
  const menus = planMenus(menu, state, loader, { activation: intent.activation, adoption: adopted.steps });
  const stale = loader.refreshDistributionMenu(state);
  const groups = [
    kept.copies,
    kept.records,
    kept.collected,
    ...menus.groups,
    intent.refreshDistributionMenu ? stale : [],
    intent.kernelInstallRuns === true ? [] : loader.adoptDefaults(state),
  ];
  const about = intent.about ?? state.environments.filter(isOwn).map(({ name }) => name);
  const blocked = state.environments.flatMap(({ name, blocker }) =>
    blocker === undefined || !about.includes(name) ? [] : [blocker],
  );
  const unresolved = [...blocked, ...menus.unresolved];
  const note = planNote(state, intent, stale.length > 0, unresolved.length === 0);
  return {
    steps: [...inOrder(groups, filesystemsOf(menu)), ...note],
    warnings: [
      ...state.problems,
      ...state.environments.flatMap((environment) => warningsOf(environment, about)),
      ...desired.warnings,
      ...kept.warnings,
      ...menus.warnings,
      ...findLeftAlone(state, loader),
    ],
    unresolved,
    ...menus.shown,
  };
}

/** Records to write between the menus that decide what boots and all others. */
interface Records {
  readonly activation: Activation | undefined;
  /** See `adoptChosen`. */
  readonly adoption: readonly Step[];
}

/** The steps that make all menu directories show a menu: first those that decide what boots, then the records. */
function planMenus(menu: Menu, state: SystemState, loader: Loader, { activation, adoption }: Records): PlannedMenus {
  const isVital = (environment: BootEnvironment): boolean => decidesBoot(environment, state, loader, activation);
  const install = loader.installMenu(menu, state);
  const vital = install(state.environments.filter(isVital));
  const others = state.environments
    .filter((environment) => !isVital(environment))
    .map((environment) => ofPart(environment, install([environment])));
  return {
    groups: [...vital.groups, [...(activation?.steps ?? []), ...adoption], ...mergeGroups(others)],
    unresolved: vital.unresolved,
    shown: isWritten(state) ? { menu } : {},
    warnings: others.flatMap(({ unresolved }) => unresolved),
  };
}

interface PlannedMenus extends LoaderSteps {
  readonly shown: Pick<Plan, 'menu'>;
  readonly warnings: readonly Problem[];
}

/** Whether the directories of the active environment, from which the machine boots, show the menu after a sync. */
function isWritten({ environments }: SystemState): boolean {
  return environments.some(({ active, maintained, readOnly }) => active && maintained && !readOnly);
}

/** Whether the machine runs it or boots it by default. */
function isOwn({ active, running }: BootEnvironment): boolean {
  return active || running;
}

/**
 * Whether its menu may decide what the machine boots. When the default changes, all menus that the boot loader may read
 * must agree. These include the menus of the old default and of the environment from which the loader itself was
 * installed.
 */
function decidesBoot(
  environment: BootEnvironment,
  state: SystemState,
  loader: Loader,
  activation: Activation | undefined,
): boolean {
  if (isOwn(environment)) return true;
  if (activation === undefined) return false;
  return environment.subvolume.uuid === activation.from || loader.holds(environment, state) !== undefined;
}

/**
 * Warnings about parts of an environment that be-hook cannot interpret. Only `list` and `diagnose` report on a copy
 * that is not in the menu.
 */
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

/**
 * Merges the first groups of all parts, then the second groups, and so on. Each commit to the disk then serves all
 * parts.
 */
function mergeGroups(all: readonly LoaderSteps[]): readonly (readonly Step[])[] {
  const count = Math.max(0, ...all.map(({ groups }) => groups.length));
  return Array.from({ length: count }, (_, index) => all.flatMap(({ groups }) => groups[index] ?? []));
}

function onlyWhereMenuIs(state: SystemState): SystemState {
  const environments = state.environments.map((environment) => ({
    ...environment,
    maintained: environment.maintained && environment.hasMenu,
  }));
  return { ...state, environments };
}

/** Environments whose menu decides what the machine boots, but where be-hook must not write. */
function findLeftAlone(state: SystemState, loader: Loader): readonly Problem[] {
  return state.environments
    .filter(
      (environment) =>
        !environment.maintained && (environment.active || loader.holds(environment, state) !== undefined),
    )
    .map(({ name, subvolume }) => ({ code: 'menu-left-alone', name, path: subvolume.path }));
}

/** The menu that a menu directory shows now. The active environment's directories come first. */
function findCurrent({ environments }: SystemState, loader: Loader): Menu | undefined {
  for (const environment of environments) {
    const menu = loader.readMenus(environment).find((found) => found !== undefined);
    if (menu !== undefined) return menu;
  }
  return undefined;
}

/**
 * Marks or unmarks that a sync is due. be-hook sets the mark if a part of this sync has to wait, and removes it if the
 * menu is complete.
 */
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
