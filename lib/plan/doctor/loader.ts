import type { SystemState } from '../../model/environment.ts';
import type { HealthCheckName, HealthFinding } from '../../model/health.ts';
import { defaultEntryOf, entriesOf, type Menu } from '../../model/menu.ts';
import { printPlace, shownPath } from '../../model/place.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import { findForeignDefault } from '../saved-entry.ts';
import { isSetUp } from '../setup.ts';
import type { World } from '../world.ts';
import type { HealthFacts } from './facts.ts';
import { findingOf } from './of-problem.ts';

/** Findings about the firmware, the boot loader and its menu. */
export function checkLoader(facts: HealthFacts): readonly HealthFinding[] {
  return [...checkFirmware(facts), ...checkMenus(facts)];
}

function checkFirmware({ evidence: { machine } }: HealthFacts): readonly HealthFinding[] {
  const { firmware } = machine;
  if (firmware === undefined || firmware.exists) return [];
  const message = `the first boot entry of the firmware, “${firmware.label}”, starts ${firmware.path}, which does not exist`;
  const remedy =
    'install the boot loader with the tool of the distribution, or change the order: efibootmgr --bootorder';
  return [ofMachine('firmware-entry', message, remedy)];
}

function checkMenus({ world, evidence: { machine }, sync }: HealthFacts): readonly HealthFinding[] {
  const { state } = world;
  const active = state.environments.find((environment) => environment.active);
  if (active === undefined) return [findingOf({ code: 'no-environments' }, undefined)];
  if (active.problems.some(({ code }) => code === 'layout-unsupported')) return [];
  const lost = findLostDefault(state);
  if (lost !== undefined) {
    const message = `the boot loader reads its menu from the default subvolume ${lost}, which is not a boot environment`;
    return [ofMachine('menu-directory', message, `run: be-hook activate ${active.name}`)];
  }
  if (!active.menuDirectories.some(({ exists }) => exists)) {
    const message = 'the environment that boots by default has no directory from which the boot loader reads a menu';
    return [ofMachine('menu-directory', message, 'install the boot loader with the tool of the distribution')];
  }
  if (!state.environments.some(({ hasMenu }) => hasMenu)) {
    return [ofMachine('set-up', 'the boot menu of be-hook is not set up', 'run: be-hook setup')];
  }
  return [
    ...checkMenu(world),
    ...checkSync(world, sync),
    ...(machine.hooks?.length === 0 && isSetUp(state)
      ? [ofMachine('hooks', 'no hook of be-hook is installed in the running system', 'install the package be-hook')]
      : []),
  ];
}

/** The default subvolume, if it chooses what boots and is not a boot environment. */
function findLostDefault({
  followsDefault,
  defaultSubvolume,
  environments,
  subvolumes,
}: SystemState): string | undefined {
  if (!followsDefault || environments.some(({ subvolume }) => subvolume.id === defaultSubvolume)) return undefined;
  return `/${subvolumes.find(({ id }) => id === defaultSubvolume)?.path ?? ''}`;
}

/** The menu on disk: whether it is whole, and whether its files exist. */
function checkMenu(world: World): readonly HealthFinding[] {
  const { state, loader } = world;
  const menus = state.environments.flatMap((environment) => loader.readMenus(environment));
  const menu = menus.find((found) => found !== undefined);
  if (menu === undefined) {
    const message = 'the menu of be-hook is missing or damaged, so the boot loader shows that of the distribution';
    return [ofMachine('menu', message, 'run: be-hook sync')];
  }
  const foreign = findForeignDefault(state);
  const boots = defaultEntryOf(menu)?.title ?? loader.nameEntry(menu, menu.default);
  return [
    ...checkFiles(menu, world),
    ...(foreign === undefined ? [] : [findingOf({ code: 'saved-entry-foreign', ...foreign, boots }, undefined)]),
  ];
}

function checkFiles(menu: Menu, { state, observation: { boot } }: World): readonly HealthFinding[] {
  const onBoot = [...(boot?.files ?? []), ...(boot?.kept ?? [])].filter(({ fault }) => fault === undefined);
  const readable = new Set([
    // On a separate /boot they include copies that a sync would make.
    ...state.environments.flatMap(({ bootFiles }) => bootFiles.filter(({ on }) => on === 'root').map(printPlace)),
    ...onBoot.flatMap(({ on, path, target }) => [path, target].map((name) => printPlace({ on, path: name }))),
  ]);
  return entriesOf(menu).flatMap(({ be, image, initrds }) =>
    [image, ...initrds]
      .filter((place) => !readable.has(printPlace(place)))
      .map((place): HealthFinding => {
        const message = `the menu names /${shownPath(place)}, which the boot loader cannot read`;
        return { check: 'menu-files', environment: be, message, remedy: 'run: be-hook sync' };
      }),
  );
}

/** What a sync would change, and what it could not change. */
function checkSync(world: World, plan: HealthFacts['sync']): readonly HealthFinding[] {
  const { needsSync } = world.state.tools;
  const earlier =
    needsSync === undefined
      ? []
      : [ofMachine('last-sync', `an earlier sync is not complete: ${needsSync}`, 'run: be-hook sync')];
  if (isProblem(plan)) return [...earlier, findingOf(plan, undefined)];
  const { steps, unresolved, warnings } = plan;
  const due = steps.filter(({ kind }) => kind !== 'sync-filesystem' && kind !== 'clear-needs-sync');
  const message = `the menu does not match the environments: a sync would take ${steps.length} steps`;
  return [
    ...earlier,
    ...(due.length === 0
      ? []
      : [ofMachine('menu-current', message, 'run: be-hook sync (to see the steps: be-hook sync --dry-run)')]),
    ...unresolved.filter(isOfLoader(world)).map((problem) => findingOf(problem, undefined, 'loads-menu')),
    ...warnings.filter(({ code }) => planOnly.includes(code)).map((problem) => findingOf(problem, undefined)),
  ];
}

/** Warnings of a plan that no listing has. */
const planOnly: readonly Problem['code'][] = ['menu-trimmed', 'menu-left-alone'];

/** A blocker of an environment is found with the environment. */
function isOfLoader({ state }: World): (problem: Problem) => boolean {
  return (problem) => !state.environments.some(({ blocker }) => blocker === problem);
}

function ofMachine(check: HealthCheckName, message: string, remedy: string): HealthFinding {
  return { check, environment: undefined, message, remedy };
}
