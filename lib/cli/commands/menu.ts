import { look, menuOnDisk } from '../../app/inspect.ts';
import { printCommandLine } from '../../formats/kernel-command-line.ts';
import { entriesOf, isSameEntry } from '../../model/menu.ts';
import { loaderPath } from '../../model/place.ts';
import { BeHookError } from '../../model/problem.ts';
import { visible } from '../../model/visible.ts';
import { findUnserved } from '../../plan/unserved.ts';
import type { World } from '../../plan/world.ts';
import { type Command, filesystemOptions, jsonOption, type Run } from '../command.ts';
import { printJson } from '../output/json.ts';
import type { MenuData } from '../output/schema/menu.ts';
import { printTable } from '../output/table.ts';
import { whereOf } from '../where.ts';

/** `be-hook menu` */
export const menuCommand: Command = {
  name: 'menu',
  group: 'inspect',
  summary: 'show the entries that the boot loader will offer',
  examples: [
    { line: 'be-hook menu', does: 'show the boot menu' },
    { line: 'be-hook menu --filesystem /dev/sdb2', does: 'show the menu of another disk' },
  ],
  arguments: [],
  options: [...filesystemOptions, jsonOption],
};

/** Carries out `be-hook menu`. */
export const runMenu: Run = async ({ options, flags }) => {
  const world = await look(whereOf(options));
  const unserved = findUnserved(world.state);
  if (unserved !== undefined) throw new BeHookError(unserved);
  const data = menuData(world);
  if (flags.has('json')) return { stdout: printJson(data), messages: [], exitCode: 0 };
  if (data.default === null) {
    return {
      stdout: '',
      messages: [
        'be-hook: cannot find the menu: be-hook has not written a menu yet, or the menu is damaged; run: be-hook sync',
      ],
      exitCode: 0,
    };
  }
  const rows = data.entries.map((entry) => [entry.default ? '*' : ' ', entry.id, visible(entry.title)]);
  return { stdout: printTable([[' ', 'ID', 'TITLE'], ...rows]), messages: [], exitCode: 0 };
};

function menuData(world: World): MenuData {
  const menu = menuOnDisk(world);
  if (menu === undefined) return { version: 1, default: null, timeout: null, entries: [] };
  const entries = entriesOf(menu).map((entry) => {
    const { be, release, title } = entry;
    const isDefault = isSameEntry(entry, menu.default);
    const id = world.loader.nameEntry(menu, entry);
    const [image, initrds] = [loaderPath(entry.image), entry.initrds.map(loaderPath)];
    const options = printCommandLine(entry.options);
    const { on } = entry.image;
    return { id, default: isDefault, be, release, title, on, image, initrds, options };
  });
  const chosen = world.loader.nameEntry(menu, menu.default);
  return { version: 1, default: chosen, timeout: menu.settings.timeout, entries };
}
