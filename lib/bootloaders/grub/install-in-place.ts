import { sectorSize } from '../../formats/sectors.ts';
import type { FileText } from '../../model/observation.ts';
import { shownPath } from '../../model/place.ts';
import type { Problem } from '../../model/problem.ts';
import type { Step } from '../../model/step.ts';
import { customFile, customFileName, findCustomFile, readsCustomFile } from './custom-file.ts';
import type { InPlaceFacts, MenuDirectoryFacts } from './facts.ts';
import { findHandOver } from './hand-over.ts';
import { menuNames, printPointer, readPointer, shownMenu } from './pointer.ts';
import { menuFileName } from './render-menu.ts';

/** Steps for a directory whose files cannot be replaced safely. Each list must be on disk before the next one begins. */
export interface InPlaceSteps {
  /** Removes files that nothing reads, or that are damaged, so that their names are free. */
  readonly clearing: readonly Step[];
  readonly menus: readonly Step[];
  readonly pointers: readonly Step[];
}

const outOfDate = 'the menu is out of date';

/**
 * Steps that write the menu under the name that be-hook.cfg does not name, and then make be-hook.cfg name it. The earlier
 * menu stays until the next change, because be-hook may have to restore be-hook.cfg. GRUB reads no file while it is removed
 * or incomplete, except a be-hook.cfg that is damaged anyway.
 */
export function planMenuInPlace(directory: MenuDirectoryFacts, facts: InPlaceFacts, text: string): InPlaceSteps {
  if (shownMenu(directory) === text) return { clearing: [], menus: [], pointers: [] };
  const pointed = directory.menu.kind === 'text' ? readPointer(directory.menu.text) : undefined;
  const fileOf = (name: string): FileText | undefined => facts.menus.find(({ path }) => path.endsWith(`/${name}`));
  const isWhole = (file: FileText | undefined): boolean => file?.kind === 'text' && file.text === text;
  const free = menuNames.filter((name) => name !== pointed);
  const name = free.find((candidate) => isWhole(fileOf(candidate))) ?? free[0] ?? menuNames[0];
  const present = fileOf(name);
  const unusable = [
    ...(present === undefined || present.kind === 'missing' || isWhole(present) ? [] : [`${directory.path}/${name}`]),
    ...(isOverwritable(directory.menu) ? [] : [`${directory.path}/${menuFileName}`]),
  ];
  const { on } = directory;
  const write = (file: string, content: string, reason: string): Step => {
    const path = `${directory.path}/${file}`;
    return { kind: 'write-file', on, path, text: content, mode: 0o600, labelLike: undefined, reason };
  };
  return {
    clearing: unusable.map((path) => ({ kind: 'remove-file', on, path, reason: 'its name is needed for a new file' })),
    menus: isWhole(present) ? [] : [write(name, text, outOfDate)],
    pointers: [write(menuFileName, printPointer(name), `it must lead to ${name}`)],
  };
}

/** Whether be-hook.cfg is missing, or a pointer can be written over it. */
function isOverwritable(menu: FileText): boolean {
  return menu.kind === 'missing' || (menu.kind === 'text' && menu.text.length === sectorSize);
}

/** Steps that make GRUB read be-hook.cfg from a directory whose grub.cfg cannot be replaced safely. */
export interface HandOverInPlace {
  readonly clearing: readonly Step[];
  readonly leads: readonly Step[];
  readonly problem?: Problem;
}

/**
 * Steps that write be-hook's lines into a custom.cfg, if the distribution's grub.cfg reads that and has no such lines. They
 * remove a custom.cfg of be-hook when grub2-mkconfig has put the lines into grub.cfg. Lines of an older be-hook stay, because
 * they lead to the menu too. Where be-hook would have to change the grub.cfg itself, only the generator can do that.
 */
export function planHandOverInPlace(
  { on, path, grubCfg }: MenuDirectoryFacts,
  { custom }: InPlaceFacts,
): HandOverInPlace {
  const file = { on, path: `${path}/${customFileName}` };
  const state = findCustomFile(custom);
  const remove = (reason: string): Step => ({ kind: 'remove-file', ...file, reason });
  const text = grubCfg.kind === 'text' ? grubCfg.text : '';
  if (['present', 'outdated'].includes(findHandOver(text))) {
    const isSurplus = state === 'own' || state === 'damaged';
    return { clearing: [], leads: isSurplus ? [remove('grub.cfg has the lines of be-hook now')] : [] };
  }
  if (state === 'foreign' || !readsCustomFile(text)) {
    const problem: Problem = { code: 'hand-over-missing', file: shownPath(grubCfg) };
    return { clearing: [], leads: [], problem };
  }
  if (state === 'own') return { clearing: [], leads: [] };
  const reason = 'this grub.cfg does not load the menu of be-hook, and reads this file';
  return {
    clearing: state === 'damaged' ? [remove('a power cut has left it incomplete')] : [],
    leads: [{ kind: 'write-file', ...file, text: customFile, mode: 0o600, labelLike: undefined, reason }],
  };
}
