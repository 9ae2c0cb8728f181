import type { BeName } from '../../model/be-name.ts';
import {
  defaultEntryOf,
  type Entry,
  type EntryKey,
  type Menu,
  type MenuGroup,
  type MenuSettings,
  type OneShot,
} from '../../model/menu.ts';
import { onBoot, onRoot, type Place } from '../../model/place.ts';
import { readId } from './entry-id.ts';
import type { GrubMenu, MenuConsole } from './grub-menu.ts';
import { readOnlyForDefault } from './only-for-default.ts';
import { splitGrubWords } from './quote.ts';
import { menuForms, renderMenu, timeoutOfThisStart } from './render-menu.ts';

/**
 * Parses the text of a be-hook.cfg, in each form that a version of be-hook wrote, and returns its content. Returns
 * undefined for every text that `renderMenu` could not have written. A file that was cut short, edited or damaged
 * contains no valid menu.
 */
export function parseMenu(text: string): GrubMenu | undefined {
  const lines = text.split('\n').map((line) => ({ inside: line.startsWith('\t'), tokens: splitGrubWords(line) ?? [] }));
  const tokens = lines.map((line) => line.tokens);
  const [, ofRoots, bootUuid] = filesystems.exec(text) ?? [];
  const filesystemUuid = ofRoots ?? tokens.map(searchedUuid).find((uuid) => uuid !== undefined);
  const groups = readGroups(lines, bootUuid);
  const defaultEntry = readPath(readSetting(tokens, 'default'));
  if (groups === undefined || filesystemUuid === undefined || defaultEntry === undefined) return undefined;
  const defaultSubvolume = readOnlyForDefault(text);
  const menu: Menu = {
    filesystemUuid,
    bootUuid,
    ...(defaultSubvolume === undefined ? {} : { defaultSubvolume }),
    default: defaultEntry,
    settings: readSettings(text, tokens),
    oneShot: readOneShot(text, tokens),
    groups,
  };
  const leadsSomewhere = defaultEntryOf(menu) !== undefined;
  const shown: GrubMenu = { menu, console: readConsole(tokens) };
  return leadsSomewhere && menuForms.some((form) => renderMenu(shown, form) === text) ? shown : undefined;
}

/** See `filesystemLine`. */
const filesystems = /^# Boot environments: (\S+); kernels: (\S+)$/m;

interface Line {
  readonly inside: boolean;
  readonly tokens: readonly string[];
}

interface Heading {
  readonly title: string;
  readonly osId: string;
  readonly id: string;
}

function readGroups(lines: readonly Line[], bootUuid: string | undefined): readonly MenuGroup[] | undefined {
  const groups: MenuGroup[] = [];
  let open: { readonly be: BeName; readonly folded: boolean; readonly entries: Entry[] } | undefined;
  for (const [index, { inside, tokens }] of lines.entries()) {
    const heading = readHeading(tokens);
    if (heading === undefined) continue;
    const be = readId(heading.id)?.be;
    if (be === undefined) return undefined;
    if (tokens[0] === 'submenu' || (!inside && (open?.folded !== false || open.be !== be))) {
      open = { be, folded: tokens[0] === 'submenu', entries: [] };
      const { title, osId } = heading;
      const { entries } = open;
      groups.push(open.folded ? { folded: true, be, title, osId, entries } : { folded: false, be, entries });
    }
    if (tokens[0] === 'submenu') continue;
    const entry = readEntry(heading, lines.slice(index + 1), bootUuid);
    if (entry === undefined || open?.be !== be) return undefined;
    open.entries.push(entry);
  }
  return groups;
}

/** The entry in a path of ids down the submenus. */
function readPath(path: string | undefined): EntryKey | undefined {
  return readId(path?.slice(path.lastIndexOf('>be-hook:') + 1) ?? '');
}

function readHeading(tokens: readonly string[]): Heading | undefined {
  const [command, title, , osId] = tokens;
  const id = tokens[tokens.indexOf('--id') + 1];
  if ((command !== 'menuentry' && command !== 'submenu') || title === undefined || osId === undefined) return undefined;
  return id === undefined ? undefined : { title, osId, id };
}

function readEntry(
  { title, osId, id }: Heading,
  following: readonly Line[],
  bootUuid: string | undefined,
): Entry | undefined {
  const end = following.findIndex(({ tokens }) => tokens[0] === '}');
  const body = following.slice(0, end).map(({ tokens }) => tokens);
  const named = readId(id);
  const [, image, ...options] = body.find(([command]) => command === 'linux') ?? [];
  if (named === undefined || image === undefined) return undefined;
  const { be, release } = named;
  const initrds = body.find(([command]) => command === 'initrd')?.slice(1) ?? [];
  const searched = body.map(searchedUuid).find((uuid) => uuid !== undefined);
  // A path without a leading slash is not of be-hook: the text then differs.
  const placeOf = (path: string): Place =>
    searched !== undefined && searched === bootUuid ? onBoot(path.slice(1)) : onRoot(path.slice(1));
  return { be, release, title, osId, image: placeOf(image), initrds: initrds.map(placeOf), options };
}

/** The UUID of the file system that an entry searches for its files. */
function searchedUuid([command, ...words]: readonly string[]): string | undefined {
  return command === 'search' && words.includes('--set=root') ? words.at(-1) : undefined;
}

type Words = readonly (readonly string[])[];

function readSetting(lines: Words, name: string): string | undefined {
  const line = lines.find(([command, word]) => command === 'set' && word?.startsWith(`${name}=`) === true);
  return line?.[1]?.slice(name.length + 1);
}

function readOneShot(text: string, lines: Words): OneShot | undefined {
  const search = lines.find(([command, ...words]) => command === 'search' && words.includes('--set=be_hook_esp'));
  const filesystemUuid = search?.at(-1);
  const choices = [...text.matchAll(choice)].flatMap(([, name = '', path = '']) => {
    const [be, key] = [splitGrubWords(name)?.[0], readPath(splitGrubWords(path)?.[0])];
    return key === undefined || key.be !== be ? [] : [key];
  });
  return filesystemUuid === undefined ? undefined : { filesystemUuid, choices };
}

const choice = /^\t\tif \[ "\$\{be_hook_chosen\}" = (\S+) \]; then set default=(.*); fi$/gm;

function readSettings(text: string, lines: Words): MenuSettings {
  const style = readSetting(lines, 'timeout_style');
  return {
    timeout: Number(readSetting(lines, 'timeout') ?? Number.NaN),
    timeoutFixed: !text.includes(`\n${timeoutOfThisStart}\n`),
    timeoutStyle: style === 'hidden' || style === 'countdown' ? style : 'menu',
  };
}

function readConsole(lines: Words): MenuConsole {
  const command = (name: string): readonly string[] | undefined => lines.find((tokens) => tokens[0] === name)?.slice(1);
  return {
    terminalInput: command('terminal_input') ?? [],
    terminalOutput: command('terminal_output') ?? [],
    serial: command('serial'),
    unrestricted: lines.some(([first, ...words]) => first === 'menuentry' && words.includes('--unrestricted')),
  };
}
