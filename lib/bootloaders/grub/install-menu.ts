import type { BootEnvironment, SystemState } from '../../model/environment.ts';
import type { Menu } from '../../model/menu.ts';
import { isSamePlace, type Place, shownPath } from '../../model/place.ts';
import type { Problem } from '../../model/problem.ts';
import type { Step } from '../../model/step.ts';
import type { LoaderSteps } from '../../plan/loader.ts';
import { grubRoot, type MenuDirectoryFacts } from './facts.ts';
import { addHandOver, findHandOver, generatorScript, generatorScriptName, ownGrubCfg } from './hand-over.ts';
import { type InPlaceSteps, planHandOverInPlace, planMenuInPlace } from './install-in-place.ts';
import { findOwnDirectories } from './own-directories.ts';
import { readConsole } from './read-root.ts';
import { menuFileName, renderMenu } from './render-menu.ts';

/**
 * Steps that make every GRUB directory show the menu. They write first the menu, then the lines that lead to it. At no
 * moment does a grub.cfg lead to a file that does not exist.
 */
export function installMenu(menu: Menu, state: SystemState): (environments: readonly BootEnvironment[]) => LoaderSteps {
  const active = state.environments.find((environment) => environment.active);
  const text = renderMenu({ menu, console: readConsole(active) });
  const writable = state.environments.filter(isWritable);
  return (environments) => showText(text, environments.filter(isWritable), writable);
}

function isWritable({ maintained, readOnly, problems }: BootEnvironment): boolean {
  return maintained && !readOnly && !problems.some(({ code }) => code === 'layout-unsupported');
}

function showText(
  text: string,
  environments: readonly BootEnvironment[],
  all: readonly BootEnvironment[],
): LoaderSteps {
  const menuDirectories = environments.flatMap((environment) => findOwnDirectories(environment, all));
  const planned = menuDirectories.map((menuDirectory) => planDirectory(menuDirectory, text));
  const [clearing, menus, pointers] = (['clearing', 'menus', 'pointers'] as const).map((key) =>
    planned.flatMap((steps) => steps[key]),
  ) as [Step[], Step[], Step[]];
  const leads = [...environments.flatMap(planGenerator), ...planned.flatMap((steps) => steps.leads)];
  const tidying = planTidying(menuDirectories, [...menus, ...pointers, ...leads]);
  return {
    groups: [clearing, [...tidying, ...menus], pointers, leads],
    unresolved: planned.flatMap(({ problem }) => problem ?? []),
  };
}

/** The steps for one GRUB directory. */
interface DirectorySteps extends InPlaceSteps {
  readonly leads: readonly Step[];
  readonly problem: Problem | undefined;
}

function planDirectory(menuDirectory: MenuDirectoryFacts, text: string): DirectorySteps {
  const { steps, problem } = planHandOver(menuDirectory);
  const { inPlace } = menuDirectory;
  if (inPlace === undefined)
    return { clearing: [], menus: planMenuFile(menuDirectory, text), pointers: [], leads: steps, problem };
  const menu = planMenuInPlace(menuDirectory, inPlace, text);
  const isChange = menuDirectory.grubCfg.kind === 'text' && problem === undefined;
  if (!isChange) return { ...menu, leads: steps, problem };
  const handOver = planHandOverInPlace(menuDirectory, inPlace);
  return {
    ...menu,
    clearing: [...menu.clearing, ...handOver.clearing],
    leads: handOver.leads,
    problem: handOver.problem,
  };
}

/** Removes files that interrupted runs left, except where another step writes to the same path. */
function planTidying(menuDirectories: readonly MenuDirectoryFacts[], steps: readonly Step[]): readonly Step[] {
  const isWritten = (place: Place): boolean =>
    steps.some((step) => step.kind === 'write-file' && isSamePlace(step, place));
  return menuDirectories
    .flatMap(({ on, unfinishedWork }) => unfinishedWork.map((file) => ({ on, ...file })))
    .filter(({ on, target }) => !isWritten({ on, path: target }))
    .map(({ on, path }) => ({
      kind: 'remove-file',
      on,
      path,
      reason: 'it is unfinished work of an interrupted run',
    }));
}

function planMenuFile(menuDirectory: MenuDirectoryFacts, text: string): readonly Step[] {
  const { on } = menuDirectory;
  const path = `${menuDirectory.path}/${menuFileName}`;
  if (menuDirectory.menu.kind === 'text' && menuDirectory.menu.text === text) return [];
  const reason = menuDirectory.menu.kind === 'missing' ? 'there is no menu yet' : 'the menu is out of date';
  const directory: readonly Step[] = menuDirectory.exists
    ? []
    : [
        {
          kind: 'make-directory',
          on,
          path: menuDirectory.path,
          reason: 'the directory of the menu is missing',
        },
      ];
  const labelLike = menuDirectory.grubCfg.kind === 'missing' ? undefined : menuDirectory.grubCfg.path;
  return [...directory, { kind: 'write-file', on, path, text, mode: 0o600, labelLike, reason }];
}

function planHandOver(menuDirectory: MenuDirectoryFacts): {
  readonly steps: readonly Step[];
  readonly problem?: Problem;
} {
  const { grubCfg, on } = menuDirectory;
  const shown = shownPath(grubCfg);
  if (grubCfg.kind === 'unreadable') {
    return { steps: [], problem: { code: 'file-unreadable', path: shown, why: grubCfg.why } };
  }
  const write = (text: string, reason: string): { steps: readonly Step[] } => {
    return {
      steps: [{ kind: 'write-file', on, path: grubCfg.path, text, mode: 0o600, labelLike: undefined, reason }],
    };
  };
  if (grubCfg.kind === 'missing') return write(ownGrubCfg(), 'GRUB starts here and needs a grub.cfg');
  const found = findHandOver(grubCfg.text);
  if (found === 'present') return { steps: [] };
  if (found === 'broken' || !menuDirectory.grubCfgParses) {
    const why = found === 'broken' ? 'the lines of be-hook in it are incomplete' : 'GRUB cannot parse it';
    const hint = 'regenerate it with grub2-mkconfig (or grub-mkconfig), then run: be-hook sync';
    return { steps: [], problem: { code: 'file-malformed', path: shown, line: undefined, why, hint } };
  }
  return write(addHandOver(grubCfg.text), 'this grub.cfg does not load the menu of be-hook');
}

function planGenerator(environment: BootEnvironment): readonly Step[] {
  const { generatorDirectory, generatorScript: present } = grubRoot(environment);
  if (generatorDirectory === undefined || (present.kind === 'text' && present.text === generatorScript)) return [];
  return [
    {
      kind: 'write-file',
      on: 'root',
      path: `${generatorDirectory}/${generatorScriptName}`,
      text: generatorScript,
      mode: 0o755,
      labelLike: `${generatorDirectory}/00_header`,
      reason: 'a regenerated grub.cfg must load the menu of be-hook',
    },
  ];
}
