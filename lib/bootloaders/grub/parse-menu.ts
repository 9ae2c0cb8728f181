import type { BeName } from '../../model/be-name.ts';
import {
  type Entry,
  entriesOf,
  type Menu,
  type MenuItem,
  type MenuSettings,
  type OneShot,
  readId,
  submenuEntryId,
} from '../../model/menu.ts';
import { splitGrubWords } from './quote.ts';
import { menuForms, renderMenu, timeoutOfThisStart } from './render-menu.ts';

/**
 * Parses the text of a be-hook.cfg, in each form that a version of be-hook wrote, and returns its menu. Returns
 * undefined for every text that `renderMenu` could not have written. A file that was cut short, edited or damaged
 * contains no valid menu.
 */
export function parseMenu(text: string): Menu | undefined {
  const lines = text.split('\n').map((line) => ({ inside: line.startsWith('\t'), tokens: splitGrubWords(line) ?? [] }));
  const tokens = lines.map((line) => line.tokens);
  const items = readItems(lines);
  const filesystemUuid = tokens
    .find(([command, ...rest]) => command === 'search' && rest.includes('--set=root'))
    ?.at(-1);
  const defaultEntry = readSetting(tokens, 'default');
  if (items === undefined || filesystemUuid === undefined || defaultEntry === undefined) return undefined;
  const menu: Menu = {
    filesystemUuid,
    default: defaultEntry,
    settings: readSettings(text, tokens),
    oneShot: readOneShot(text, tokens),
    items,
  };
  const leadsSomewhere = entriesOf(menu).some(({ id }) => id === defaultEntry);
  return leadsSomewhere && menuForms.some((form) => renderMenu(menu, form) === text) ? menu : undefined;
}

interface Line {
  readonly inside: boolean;
  readonly tokens: readonly string[];
}

interface Heading {
  readonly title: string;
  readonly osId: string;
  readonly id: string;
}

function readItems(lines: readonly Line[]): readonly MenuItem[] | undefined {
  const items: MenuItem[] = [];
  let inSubmenu: Entry[] = [];
  for (const [index, { inside, tokens }] of lines.entries()) {
    const heading = readHeading(tokens);
    if (heading === undefined) continue;
    if (tokens[0] === 'submenu') {
      inSubmenu = [];
      const be = readId(heading.id)?.be;
      if (be === undefined) return undefined;
      items.push({ kind: 'submenu', be, title: heading.title, osId: heading.osId, entries: inSubmenu });
      continue;
    }
    const entry = readEntry(heading, inside, lines.slice(index + 1));
    if (entry === undefined) return undefined;
    if (inside) inSubmenu.push(entry);
    else items.push({ kind: 'entry', entry });
  }
  return items;
}

function readHeading(tokens: readonly string[]): Heading | undefined {
  const [command, title, , osId] = tokens;
  const id = tokens[tokens.indexOf('--id') + 1];
  if ((command !== 'menuentry' && command !== 'submenu') || title === undefined || osId === undefined) return undefined;
  return id === undefined ? undefined : { title, osId, id };
}

function readEntry({ title, osId, id }: Heading, inside: boolean, following: readonly Line[]): Entry | undefined {
  const end = following.findIndex(({ tokens }) => tokens[0] === '}');
  const body = following.slice(0, end).map(({ tokens }) => tokens);
  const named = readId(id);
  const [, image, ...options] = body.find(([command]) => command === 'linux') ?? [];
  if (named === undefined || image === undefined) return undefined;
  const { be, release } = named;
  const initrds = body.find(([command]) => command === 'initrd')?.slice(1) ?? [];
  const path = inside ? submenuEntryId(be, release) : id;
  return { id: path, be, release, title, osId, image, initrds, options };
}

type Words = readonly (readonly string[])[];

function readSetting(lines: Words, name: string): string | undefined {
  const line = lines.find(([command, word]) => command === 'set' && word?.startsWith(`${name}=`) === true);
  return line?.[1]?.slice(name.length + 1);
}

function readOneShot(text: string, lines: Words): OneShot | undefined {
  const search = lines.find(([command, ...words]) => command === 'search' && words.includes('--set=be_hook_esp'));
  const filesystemUuid = search?.at(-1);
  const choices = [...text.matchAll(choice)].flatMap(([, name = '', standard = '']) => {
    const [be, id] = [splitGrubWords(name)?.[0], splitGrubWords(standard)?.[0]];
    return be === undefined || id === undefined ? [] : [{ be: be as BeName, id }];
  });
  return filesystemUuid === undefined ? undefined : { filesystemUuid, choices };
}

const choice = /^\t\tif \[ "\$\{be_hook_chosen\}" = (\S+) \]; then set default=(.*); fi$/gm;

function readSettings(text: string, lines: Words): MenuSettings {
  const command = (name: string): readonly string[] | undefined => lines.find((tokens) => tokens[0] === name)?.slice(1);
  const style = readSetting(lines, 'timeout_style');
  return {
    timeout: Number(readSetting(lines, 'timeout') ?? Number.NaN),
    timeoutFixed: !text.includes(`\n${timeoutOfThisStart}\n`),
    timeoutStyle: style === 'hidden' || style === 'countdown' ? style : 'menu',
    terminalInput: command('terminal_input') ?? [],
    terminalOutput: command('terminal_output') ?? [],
    serial: command('serial'),
    unrestricted: lines.some(([first, ...words]) => first === 'menuentry' && words.includes('--unrestricted')),
  };
}
