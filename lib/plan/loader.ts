import type { BootEnvironment, SystemState } from '../model/environment.ts';
import type { Menu } from '../model/menu.ts';
import type { MenuHomeFacts } from '../model/observation.ts';
import type { Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';

/** Steps of a boot loader backend, and what it could not do. */
export interface LoaderSteps {
  /** Must be on disk before the next group begins. */
  readonly groups: readonly (readonly Step[])[];
  readonly unresolved: readonly Problem[];
}

/**
 * What planners need of a boot loader; each backend below lib/bootloaders answers these questions, without touching the
 * machine.
 */
export interface Loader {
  /** What a home's menu shows now; undefined where there is none of ours, or a damaged one. */
  readonly readMenu: (home: MenuHomeFacts) => Menu | undefined;
  /**
   * Makes every home of these boot environments show the menu. Nothing for a home that does already. Called once for the
   * environments that decide what boots, and once for the others.
   */
  readonly installMenu: (menu: Menu, environments: readonly BootEnvironment[]) => LoaderSteps;
  /**
   * Gives the homes of these boot environments back to the distribution. What then boots, boots without us, and
   * from whichever home a loader starts, it boots the active one as before.
   */
  readonly removeMenu: (state: SystemState, environments: readonly BootEnvironment[]) => LoaderSteps;
  /** Brings the distribution's own menu of the running system in step with its kernels, where it is not. */
  readonly refreshDistributionMenu: (state: SystemState) => readonly Step[];
}
