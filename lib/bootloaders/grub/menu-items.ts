/** One line of a grub.cfg's menu: an entry, or a submenu with the entries in it. */
export interface GrubMenuItem {
  readonly title: string;
  readonly id: string | undefined;
  /** The file name of the image that its first `linux` line loads. */
  readonly image: string | undefined;
  /** The script of grub-mkconfig that wrote it, for instance `10_linux`. Undefined where a person wrote it. */
  readonly section: string | undefined;
  readonly items: readonly GrubMenuItem[];
}

interface OpenItem {
  title: string;
  id: string | undefined;
  image: string | undefined;
  section: string | undefined;
  items: OpenItem[];
}

const heading = /^\s*(?:menuentry|submenu)\s+(?:'((?:[^']|'\\'')*)'|"([^"]*)"|(\S+))(.*)\{\s*$/;
const idOption = /\s(?:--id|\$menuentry_id_option)\s+(?:'([^']*)'|"([^"]*)"|(\S+))/;

/**
 * Reads the menu of a grub.cfg in the form that menu generators write: a line begins a block, and a lone brace ends it.
 */
export function parseGrubMenu(grubCfg: string): readonly GrubMenuItem[] {
  const top: OpenItem[] = [];
  const blocks: (OpenItem | undefined)[] = [];
  let section: string | undefined;
  for (const line of grubCfg.split('\n')) {
    const [, edge, script] = /^### (BEGIN|END) \S*?([^/\s]+) ###\s*$/.exec(line) ?? [];
    if (edge !== undefined) section = edge === 'BEGIN' ? script : undefined;
    const open = blocks.at(-1);
    const item = readHeading(line, section);
    if (item !== undefined) (open?.items ?? top).push(item);
    const [, path] = /^\s*linux(?:16|efi)?\s+(\S+)/.exec(line) ?? [];
    if (open !== undefined && path !== undefined) open.image ??= path.split('/').at(-1);
    if (/\{\s*$/.test(line)) blocks.push(item);
    else if (/^\s*\}\s*$/.test(line)) blocks.pop();
  }
  return top;
}

function readHeading(line: string, section: string | undefined): OpenItem | undefined {
  const [, single, double, bare = '', rest = ''] = heading.exec(line) ?? [];
  if (single === undefined && double === undefined && bare === '') return undefined;
  const [, quoted, doubled, plain] = idOption.exec(rest) ?? [];
  const title = single?.replaceAll("'\\''", "'") ?? double ?? bare;
  return { title, id: quoted ?? doubled ?? plain, image: undefined, section, items: [] };
}

/**
 * The item that GRUB's variable `default` names: a number, an id or a title, or several of them joined by `>`, one for
 * each submenu. `>>` is the character itself (grub-core/normal/menu.c, get_entry_number and menuentry_eq).
 */
export function findGrubDefault(menu: readonly GrubMenuItem[], value: string): GrubMenuItem | undefined {
  let items = menu;
  let found: GrubMenuItem | undefined;
  for (const part of value.split(/(?<!>)>(?!>)/)) {
    const name = part.replaceAll('>>', '>');
    found = /^\d+$/.test(name) ? items[Number(name)] : items.find(({ title, id }) => name === title || name === id);
    items = found?.items ?? [];
  }
  return found;
}
