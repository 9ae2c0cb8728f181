import { look, menuOnDisk } from '../../app/inspect.ts';
import { printCommandLine } from '../../formats/kernel-command-line.ts';
import { entriesOf, type Menu } from '../../model/menu.ts';
import { BeHookError } from '../../model/problem.ts';
import { visible } from '../../model/visible.ts';
import { findUnserved } from '../../plan/unserved.ts';
import { type Command, filesystemOption, jsonOption } from '../command.ts';
import { printJson } from '../output/json.ts';
import type { MenuData } from '../output/schema/menu.ts';
import { printTable } from '../output/table.ts';

/** `be-hook menu` */
export const menuCommand: Command = {
  name: 'menu',
  group: 'inspect',
  summary: 'show the entries that GRUB will offer',
  examples: [
    { line: 'be-hook menu', does: 'show the boot menu' },
    { line: 'be-hook menu --filesystem /dev/sdb2', does: 'show the menu of another disk' },
  ],
  arguments: [],
  options: [filesystemOption, jsonOption],
  run: async ({ options, flags }) => {
    const world = await look(options.get('filesystem'));
    const unserved = findUnserved(world.state);
    if (unserved !== undefined) throw new BeHookError(unserved);
    const menu = menuOnDisk(world);
    if (flags.has('json')) return { stdout: printJson(menuData(menu)), messages: [], exitCode: 0 };
    if (menu === undefined) {
      return {
        stdout: '',
        messages: ['be-hook: there is no menu of ours yet, or it is damaged; run: be-hook sync'],
        exitCode: 0,
      };
    }
    const rows = entriesOf(menu).map((entry) => [
      entry.id === menu.default ? '*' : ' ',
      entry.id,
      visible(entry.title),
    ]);
    return { stdout: printTable([[' ', 'ID', 'TITLE'], ...rows]), messages: [], exitCode: 0 };
  },
};

function menuData(menu: Menu | undefined): MenuData {
  if (menu === undefined) return { version: 1, default: null, timeout: null, entries: [] };
  const entries = entriesOf(menu).map(({ id, be, release, title, image, initrds, options }) => {
    return { id, default: id === menu.default, be, release, title, image, initrds, options: printCommandLine(options) };
  });
  return { version: 1, default: menu.default, timeout: menu.settings.timeout, entries };
}
