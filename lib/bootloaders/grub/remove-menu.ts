import { isBootPlace } from '../../formats/fstab-subvolume.ts';
import { parseCommandLine } from '../../formats/kernel-command-line.ts';
import type { BootEnvironment, SystemState } from '../../model/environment.ts';
import type { Part } from '../../model/part.ts';
import { type Place, shownPath } from '../../model/place.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import type { Step } from '../../model/step.ts';
import type { LoaderSteps } from '../../plan/loader.ts';
import { type Replacement, replaceFiles } from '../../plan/replace-files.ts';
import { customFileName, findCustomFile } from './custom-file.ts';
import { type MenuKernel, scanDistributionMenu } from './distribution-menu.ts';
import { parseGrubEnvironment, printGrubEnvironment } from './environment-lines.ts';
import { grubRoot, type InPlaceFacts, type MenuDirectoryFacts } from './facts.ts';
import {
  appendMenu,
  findHandOver,
  forwardTo,
  generatorScriptName,
  handsOver,
  isOwnGrubCfg,
  removeHandOver,
} from './hand-over.ts';
import { findOwnDirectories } from './own-directories.ts';
import { menuFileName } from './render-menu.ts';
import { correctEntriesDirectory } from './retarget.ts';

/**
 * Steps that give GRUB directories back to the distribution. They remove first the lines in grub.cfg, then the files to
 * which the lines led. If a directory belongs to another boot environment than the active one, its grub.cfg then leads
 * to the active environment's own grub.cfg, which the distribution maintains. A loader that starts there must still
 * boot the active environment. A grub.cfg that be-hook made becomes a plain copy of the last menu.
 */
export function removeMenu(state: SystemState, environments: readonly BootEnvironment[], entry?: string): LoaderSteps {
  const active = state.environments.find((environment) => environment.active);
  const menuDirectory = active && grubRoot(active).menuDirectories.find(({ grubCfg }) => grubCfg.kind === 'text');
  const target = menuDirectory?.on === 'root' ? menuDirectory.grubCfg.path : undefined;
  const problems: Problem[] = [];
  const handBacks = environments.flatMap((environment) =>
    findOwnDirectories(environment, environments).flatMap((menuDirectory) => {
      // Where the default subvolume chooses the grub.cfg, another one must boot its own environment if it is chosen later.
      const forward = environment.active || state.followsDefault ? undefined : target;
      const answer =
        menuDirectory.on === 'boot' && active !== undefined
          ? planSharedHandBack(menuDirectory, active, state.filesystemUuid)
          : planHandBack(menuDirectory, forward, state.filesystemUuid);
      if (isProblem(answer)) problems.push(answer);
      return answer === undefined || isProblem(answer) ? [] : [answer];
    }),
  );
  const directories = environments.flatMap((environment) => findOwnDirectories(environment, environments));
  const files = [...directories.flatMap(removeFiles), ...environments.flatMap(removeGenerator)];
  const pointed = problems.length === 0 ? directories.flatMap(removePointedMenus) : [];
  const chosen: Replacement =
    active === undefined || menuDirectory === undefined
      ? { removals: [], writes: [] }
      : chooseEntry(active, menuDirectory, entry);
  const entries =
    active === undefined || menuDirectory === undefined ? [] : planEntriesDirectory(active, menuDirectory, state);
  const groups = [
    chosen.removals,
    [...entries, ...chosen.writes],
    handBacks,
    problems.length === 0 ? files : [],
    pointed,
  ];
  return { groups, unresolved: problems, notes: directories.flatMap(noteRemainingLines) };
}

/** be-hook cannot remove its lines from a grub.cfg that it cannot replace safely. */
function noteRemainingLines({ inPlace, grubCfg }: MenuDirectoryFacts): readonly string[] {
  if (inPlace === undefined || grubCfg.kind !== 'text' || findHandOver(grubCfg.text) === 'absent') return [];
  return [
    `the lines of be-hook stay in /${shownPath(grubCfg)}: without be-hook.cfg they do nothing, and the next grub2-mkconfig removes them`,
  ];
}

/** The menus to which be-hook.cfg led, after be-hook.cfg is gone. */
function removePointedMenus({ on, inPlace }: MenuDirectoryFacts): readonly Step[] {
  const present = inPlace?.menus.filter(({ kind }) => kind !== 'missing') ?? [];
  const reason = 'no be-hook.cfg leads to it any more';
  return present.map(({ path }) => ({ kind: 'remove-file', on, path, reason, part: partOf({ on, path }) }));
}

/**
 * If GRUB reaches the active environment's own menu, that menu must list its own BLS entries. A copy that be-hook made
 * before December 2026 has the entries directory of its source in its grubenv.
 */
function planEntriesDirectory(
  active: BootEnvironment,
  { on, grubenv, grubCfg }: MenuDirectoryFacts,
  { filesystemUuid }: SystemState,
): readonly Step[] {
  if (on !== 'root' || grubenv.kind === 'unreadable' || active.readOnly) return [];
  const present = grubenv.kind === 'text' ? grubenv.text : undefined;
  if (present === undefined && !(grubCfg.kind === 'text' && scanDistributionMenu(grubCfg.text).bls)) return [];
  const volume = active.volumes.find(({ mountpoint }) => isBootPlace(mountpoint));
  const boot = active.layout.kind === 'boot-subvolume' ? volume?.subvolume.path : undefined;
  const text = correctEntriesDirectory(present, { filesystemUuid, subvolume: active.subvolume }, boot);
  if (text === undefined || text === present) return [];
  const reason = 'GRUB must find the boot loader entries of this environment';
  const labelLike = grubenv.kind === 'missing' ? grubCfg.path : undefined;
  return [{ kind: 'write-file', on, path: grubenv.path, text, mode: 0o644, labelLike, reason }];
}

/** On a separate /boot the saved entry may be the kernel that another environment installed last. */
function chooseEntry(
  { savedEntry }: BootEnvironment,
  { on, grubenv, inPlace }: MenuDirectoryFacts,
  entry: string | undefined,
): Replacement {
  const nothing: Replacement = { removals: [], writes: [] };
  if (on !== 'boot' || grubenv.kind !== 'text' || entry === undefined) return nothing;
  const lines = parseGrubEnvironment(grubenv.text);
  if (lines === undefined || (savedEntry.release !== undefined && savedEntry.recorded !== true)) return nothing;
  const others = lines.filter((line) => line.kind === 'comment' || line.name !== 'saved_entry');
  const text = printGrubEnvironment([{ kind: 'variable', name: 'saved_entry', value: entry }, ...others]);
  if (text === undefined || text === grubenv.text) return nothing;
  const reason = 'the distribution must boot the active environment by default';
  return replaceFiles([{ file: { ...grubenv, text }, present: grubenv }], reason, inPlace === undefined);
}

function planHandBack(
  menuDirectory: MenuDirectoryFacts,
  forward: string | undefined,
  uuid: string,
): Step | Problem | undefined {
  return rewriteGrubCfg(menuDirectory, (text, menu) => {
    const rest = isOwnGrubCfg(text) && menu !== undefined ? menu : removeHandOver(text);
    return forward === undefined ? rest : forwardTo(rest, uuid, `/${forward}`);
  });
}

/** All environments share this grub.cfg, and its entries are those of the environment that ran the menu generator last. */
function planSharedHandBack(
  menuDirectory: MenuDirectoryFacts,
  active: BootEnvironment,
  uuid: string,
): Step | Problem | undefined {
  if (menuDirectory.inPlace !== undefined) return planHandBackInPlace(menuDirectory, menuDirectory.inPlace);
  return rewriteGrubCfg(menuDirectory, (text, menu) => {
    if (menu === undefined) return handsOver(menuDirectory.grubCfg) ? removeHandOver(text) : text;
    if (isOwnGrubCfg(text)) return menu;
    const rest = removeHandOver(text);
    return bootsOnly(rest, active, uuid) ? rest : appendMenu(rest, menu);
  });
}

/** Whether the distribution's menu makes its entries at each boot, or each of them boots a kernel of this environment. */
function bootsOnly(grubCfg: string, { kernels, subvolume }: BootEnvironment, uuid: string): boolean {
  const shown = scanDistributionMenu(grubCfg);
  if (shown.bls) return true;
  const images = kernels.map(({ release }) => `vmlinuz-${release}`);
  const flags = [`subvol=${subvolume.path}`, `subvol=/${subvolume.path}`, `subvolid=${subvolume.id}`];
  const isOwn = ({ image, options }: MenuKernel): boolean => {
    const words = parseCommandLine(options);
    const valueOf = (name: string): string => words.findLast((word) => word.startsWith(name))?.slice(name.length) ?? '';
    const rootFlags = valueOf('rootflags=').split(',');
    return (
      images.includes(image) && valueOf('root=') === `UUID=${uuid}` && rootFlags.some((flag) => flags.includes(flag))
    );
  };
  return shown.kernels.length > 0 && shown.kernels.every(isOwn);
}

/** Changes a grub.cfg with lines of be-hook. `change` gets its text and that of be-hook's menu. */
function rewriteGrubCfg(
  { on, grubCfg, menu }: MenuDirectoryFacts,
  change: (text: string, menu: string | undefined) => string,
): Step | Problem | undefined {
  if (grubCfg.kind !== 'text') return undefined;
  const found = findHandOver(grubCfg.text);
  if (found === 'absent') return undefined;
  if (found === 'broken') {
    const [why, hint] = ['the lines of be-hook in it are incomplete', 'remove them by hand'];
    return { code: 'file-malformed', path: shownPath(grubCfg), line: undefined, why, hint };
  }
  const text = change(grubCfg.text, menu.kind === 'text' ? menu.text : undefined);
  if (text === grubCfg.text) return undefined;
  const reason = 'the distribution gets its menu back';
  return { kind: 'write-file', on, path: grubCfg.path, text, mode: 0o600, labelLike: undefined, reason };
}

/** The lines in a grub.cfg do nothing without be-hook.cfg. */
function planHandBackInPlace({ on, path }: MenuDirectoryFacts, { custom }: InPlaceFacts): Step | undefined {
  if (!['own', 'damaged'].includes(findCustomFile(custom))) return undefined;
  const reason = 'the distribution gets its menu back';
  return { kind: 'remove-file', on, path: `${path}/${customFileName}`, reason };
}

function removeFiles(menuDirectory: MenuDirectoryFacts): readonly Step[] {
  const menu = menuDirectory.menu.kind === 'missing' ? [] : [`${menuDirectory.path}/${menuFileName}`];
  return [...menu, ...menuDirectory.unfinishedWork.map(({ path }) => path)].map((path) => ({
    kind: 'remove-file',
    on: menuDirectory.on,
    path,
    reason: 'no grub.cfg loads it any more',
    part: partOf({ on: menuDirectory.on, path }),
  }));
}

function removeGenerator(environment: BootEnvironment): readonly Step[] {
  const { generatorDirectory, generatorScript } = grubRoot(environment);
  if (generatorDirectory === undefined || generatorScript.kind !== 'text') return [];
  const path = `${generatorDirectory}/${generatorScriptName}`;
  const part = partOf({ on: 'root', path });
  return [{ kind: 'remove-file', on: 'root', path, reason: 'the menu that it loads is removed', part }];
}

/** A file that stays does no harm after the lines that load it are gone. The rest must not wait for it. */
function partOf(file: Place): Part {
  const shown = shownPath(file);
  return { of: 'own-files', path: shown.slice(0, shown.lastIndexOf('/')) };
}
