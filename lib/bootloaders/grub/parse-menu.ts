import type { BeName } from '../../model/be-name.ts';
import { type Entry, type Menu, type MenuItem, type MenuSettings, submenuId } from '../../model/menu.ts';
import { splitGrubWords } from './quote.ts';
import { renderMenu } from './render-menu.ts';

/**
 * Reads the text of a be-hook.cfg back into the menu it shows. Answers undefined for every text that `renderMenu` could
 * not have written: what was cut short, edited or damaged is no menu.
 */
export function parseMenu(text: string): Menu | undefined {
  const lines = text.split('\n').map((line) => splitGrubWords(line) ?? []);
  const items = readItems(lines);
  const settings = readSettings(lines);
  const uuid = lines.find((words) => words[0] === 'search')?.at(-1);
  const standard = lines.find((words) => words[0] === 'set' && words[1]?.startsWith('default='))?.[1];
  if (items === undefined || uuid === undefined || standard === undefined) return undefined;
  const menu: Menu = { filesystemUuid: uuid, default: standard.slice('default='.length), settings, items };
  return renderMenu(menu) === text ? menu : undefined;
}

type Lines = readonly (readonly string[])[];

function readItems(lines: Lines): readonly MenuItem[] | undefined {
  const items: MenuItem[] = [];
  let submenu: { be: BeName; title: string; osId: string; entries: Entry[] } | undefined;
  for (const [index, words] of lines.entries()) {
    const title = words[1];
    const osId = words[3];
    const id = words[words.indexOf('--id') + 1];
    if (title === undefined || osId === undefined || id === undefined) continue;
    if (words[0] === 'submenu') {
      submenu = { be: id.slice(submenuId('' as BeName).length) as BeName, title, osId, entries: [] };
      items.push({ kind: 'submenu', ...submenu });
    } else if (words[0] === 'menuentry') {
      const [, be, release] = /^be-hook:([^:]+):(.*)$/.exec(id) ?? [];
      const path = be === undefined && submenu !== undefined ? `${submenuId(submenu.be)}>${id}` : id;
      const owner = be ?? submenu?.be;
      const linux = lines.slice(index).find((line) => line[0] === 'linux');
      const end = lines.findIndex((line, at) => at > index && line[0] === '}');
      const initrd = lines.slice(index, end).find((line) => line[0] === 'initrd');
      const image = linux?.[1];
      if (owner === undefined || linux === undefined || image === undefined) return undefined;
      const entry: Entry = {
        ...{ id: path, be: owner as BeName, release: release ?? id, title, osId, image },
        ...{ initrds: initrd?.slice(1) ?? [], options: linux.slice(2) },
      };
      if (be === undefined) submenu?.entries.push(entry);
      else items.push({ kind: 'entry', entry });
    }
  }
  return items;
}

function readSettings(lines: Lines): MenuSettings {
  const setting = (name: string): string | undefined =>
    lines.find((words) => words[0] === 'set' && words[1]?.startsWith(`${name}=`))?.[1]?.slice(name.length + 1);
  const command = (name: string): readonly string[] | undefined => lines.find((words) => words[0] === name)?.slice(1);
  const style = setting('timeout_style');
  return {
    timeout: Number(setting('timeout') ?? Number.NaN),
    timeoutStyle: style === 'hidden' || style === 'countdown' ? style : 'menu',
    terminalInput: command('terminal_input') ?? [],
    terminalOutput: command('terminal_output') ?? [],
    serial: command('serial'),
    unrestricted: lines.some((words) => words[0] === 'menuentry' && words.includes('--unrestricted')),
  };
}
