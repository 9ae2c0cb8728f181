import type { BootEnvironment, SystemState } from '../model/environment.ts';
import { shownPath } from '../model/place.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { type AdoptIntent, adoptRoot, type RootAdoption } from './adopt.ts';
import { defaultEnvironment } from './find-environment.ts';
import { foresee, withPermission } from './foresee.ts';
import { type SetupPlaces, setupPlaces } from './setup-places.ts';
import { planSync } from './sync.ts';
import type { World } from './world.ts';

/**
 * Whether the running system shows be-hook's menu. Hooks change nothing if it does not: installing the package changes
 * no boot menu, and a hook does not restore a menu that the administrator removed. The menu's own files are the record
 * of the decision.
 */
export function isSetUp({ environments }: SystemState): boolean {
  return environments.some(({ running, hasMenu }) => running && hasMenu);
}

/** A plan, with the places of be-hook's files. */
export interface SetupPlan extends Plan {
  readonly places: SetupPlaces;
}

/**
 * Adopts a root, the running one unless the user names another, and installs the menu: both or neither. It plans no
 * steps if both are done already.
 */
export function planSetup(world: World, intent: AdoptIntent): SetupPlan | Problem {
  const { state } = world;
  const chosen = state.environments.find(({ running }) => running) ?? defaultEnvironment(state);
  const path = intent.path ?? chosen?.subvolume.path;
  if (path === undefined) {
    return {
      code: 'usage',
      text: 'setup: SUBVOLUME is missing; it is required because this file system is not running',
    };
  }
  const adopted = adoptOnce(world, { ...intent, path });
  if (isProblem(adopted)) return adopted;
  const after = foresee(adopted.world, withPermission(path));
  const environment = after.state.environments.find(({ subvolume }) => subvolume.path === path);
  if (environment === undefined) return { code: 'no-such-subvolume', path };
  const obstacle = findObstacle(environment);
  if (obstacle !== undefined) return obstacle;
  const sync = planSync(after, { refreshDistributionMenu: false });
  if (isProblem(sync)) return sync;
  const isMenus = (path: string): boolean =>
    environment.menuDirectories.some((menus) => path.startsWith(`${shownPath(menus)}/`));
  const failed = sync.unresolved.find((problem) => 'path' in problem && isMenus(problem.path));
  return failed ?? { ...sync, steps: [...adopted.steps, ...sync.steps], places: setupPlaces(after, environment) };
}

/** The future mark of a root. A root with a mark keeps it. */
function adoptOnce(world: World, intent: AdoptIntent & { readonly path: string }): RootAdoption | Problem {
  const present = world.state.environments.find(
    ({ subvolume, marked, markFault }) => marked && markFault === undefined && subvolume.path === intent.path,
  );
  if (present === undefined) return adoptRoot(world, intent);
  const { name, subvolume } = present;
  if (intent.name !== undefined && intent.name !== name) {
    return { code: 'already-adopted', path: subvolume.path, name };
  }
  return { steps: [], world };
}

function findObstacle({ problems, blocker }: BootEnvironment): Problem | undefined {
  return problems.find(({ code }) => code === 'layout-unsupported') ?? blocker;
}
