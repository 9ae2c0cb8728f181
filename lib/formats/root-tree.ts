import type { Subvolume } from '../model/observation.ts';

/** The facts about a subvolume in the root tree of a file system: all facts except its path. */
export interface RootItem extends Omit<Subvolume, 'path'> {
  readonly readOnly: boolean;
  /** The place of its name. Undefined where the root tree does not have it. */
  readonly place: RootPlace | undefined;
}

/** A directory by its numbers, and a name in it. */
export interface RootPlace {
  /** The id of the subvolume that the directory is in. */
  readonly parent: number;
  readonly inode: number;
  readonly name: string;
}

const noUuid = '00000000-0000-0000-0000-000000000000';

/**
 * Reads `btrfs inspect-internal dump-tree -t root`. btrfs prints names unescaped, so a line break in a name could look
 * like an item. An id that comes twice is left out, and an id that does not exist has no path.
 */
export function parseRootTree(text: string): readonly RootItem[] {
  const parts = text.split(/\n\titem \d+ key \(/);
  const places = new Map(parts.flatMap(parsePlace));
  const items = parts.flatMap((item): readonly RootItem[] => {
    const id = Number(/^(\d+) ROOT_ITEM /.exec(item)?.[1] ?? 0);
    const uuid = /\n\t\tuuid (\S{36})/.exec(item)?.[1];
    if (id < 256 || uuid === undefined || / refs 0\n/.test(item)) return [];
    const parent = /\n\t\tparent_uuid (\S{36})/.exec(item)?.[1];
    const generation = Number(/\botransid (\d+)/.exec(item)?.[1] ?? 0);
    const readOnly = /\bflags 0x[0-9a-f]+\(RDONLY\)/.test(item);
    return [
      { id, uuid, parentUuid: parent === noUuid ? undefined : parent, generation, readOnly, place: places.get(id) },
    ];
  });
  return items.filter(({ id }) => items.filter((item) => item.id === id).length === 1);
}

function parsePlace(item: string): readonly (readonly [id: number, place: RootPlace])[] {
  const pattern = /^(\d+) ROOT_BACKREF (\d+|FS_TREE)\).*\n\t\troot backref key dirid (\d+) sequence \d+ name (.*)/;
  const [, id, parent, inode, name = ''] = pattern.exec(item) ?? [];
  if (id === undefined) return [];
  return [[Number(id), { parent: parent === 'FS_TREE' ? 5 : Number(parent), inode: Number(inode), name }]];
}
