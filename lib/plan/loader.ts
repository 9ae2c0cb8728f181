import type { BootEnvironment, SystemState } from '../model/environment.ts';
import type { EntryKey, Menu } from '../model/menu.ts';
import type { MenuDirectoryFacts } from '../model/observation.ts';
import type { Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';

/** Steps of a boot loader backend, and the problems that it could not resolve. */
export interface LoaderSteps {
  /** Each group must be on disk before the next one begins. */
  readonly groups: readonly (readonly Step[])[];
  readonly unresolved: readonly Problem[];
}

/**
 * The interface between planners and boot loaders. Each backend below lib/bootloaders implements it without touching
 * the machine.
 */
export interface Loader {
  /** The present menu of a directory; undefined if it has no be-hook menu, or a damaged one. */
  readonly readMenu: (menuDirectory: MenuDirectoryFacts) => Menu | undefined;
  /** What this loader calls an entry of a menu, for people and for its own settings. */
  readonly nameEntry: (menu: Menu, key: EntryKey) => string;
  /**
   * Makes all menu directories of these boot environments show the menu. It plans nothing for a directory that does
   * already. The planner calls it once for the environments that decide what boots, and once for the others.
   */
  readonly installMenu: (menu: Menu, environments: readonly BootEnvironment[]) => LoaderSteps;
  /**
   * Gives the menu directories of these boot environments back to the distribution. The machine then boots without
   * be-hook. It boots the active environment as before, from whichever of the directories a loader starts.
   */
  readonly removeMenu: (state: SystemState, environments: readonly BootEnvironment[]) => LoaderSteps;
  /** Updates the distribution's own menu of the running system if it does not match its kernels. */
  readonly refreshDistributionMenu: (state: SystemState) => readonly Step[];
}
