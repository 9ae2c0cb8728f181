import { sectorSize } from '../../formats/sectors.ts';
import type { MenuDirectoryFacts } from './facts.ts';

/**
 * The names of be-hook's menu where the file system cannot replace a file safely. be-hook.cfg then is a pointer to one of
 * them. be-hook writes a menu under the other name, and then overwrites the pointer.
 */
export const menuNames = ['be-hook-1.cfg', 'be-hook-2.cfg'] as const;

/** One of `menuNames`. */
export type MenuName = (typeof menuNames)[number];

const head = [
  '# Written by be-hook(8): GRUB continues with the menu of all boot environments, which is in another file.',
  '# The number signs make this file one sector long, so that be-hook can overwrite it safely.',
];

/**
 * The text of a be-hook.cfg that leads GRUB to a menu in the same directory. It fills one sector, which a disk writes
 * completely or not at all. `source` executes the menu as a part of this file, so GRUB shows it as if it were in
 * be-hook.cfg (grub-core/commands/configfile.c). If that file is missing or damaged, there is no menu here, and GRUB
 * continues with the menu of the distribution.
 */
export function printPointer(name: MenuName): string {
  const lines = [...head, `source "\${config_directory}/${name}"`, ''].join('\n');
  return `${lines.padEnd(sectorSize - 1, '#')}\n`;
}

/** The name of the menu to which a be-hook.cfg leads; undefined for every text that `printPointer` does not make. */
export function readPointer(text: string): MenuName | undefined {
  return menuNames.find((name) => printPointer(name) === text);
}

/** The text of the menu that GRUB shows from a directory; undefined if the menu is missing or cannot be read. */
export function shownMenu({ menu, inPlace }: Pick<MenuDirectoryFacts, 'menu' | 'inPlace'>): string | undefined {
  if (menu.kind !== 'text') return undefined;
  const name = readPointer(menu.text);
  if (name === undefined) return menu.text;
  const found = inPlace?.menus.find(({ path }) => path.endsWith(`/${name}`));
  return found?.kind === 'text' ? found.text : undefined;
}
