import type { Subvolume } from '../model/observation.ts';

/** What the root tree of a file system says about a subvolume, which is everything but its path. */
export interface RootItem extends Omit<Subvolume, 'path'> {
  readonly readOnly: boolean;
}

const noUuid = '00000000-0000-0000-0000-000000000000';

/**
 * Reads `btrfs inspect-internal dump-tree -t root`. Names are printed unescaped, so a line break in one could make up an
 * item; an id that comes twice is left out, and an id that does not exist has no path.
 */
export function parseRootTree(text: string): readonly RootItem[] {
  const items = text.split(/\n\titem \d+ key \(/).flatMap((item): readonly RootItem[] => {
    const id = Number(/^(\d+) ROOT_ITEM /.exec(item)?.[1] ?? 0);
    const uuid = /\n\t\tuuid (\S{36})/.exec(item)?.[1];
    if (id < 256 || uuid === undefined || / refs 0\n/.test(item)) return [];
    const parent = /\n\t\tparent_uuid (\S{36})/.exec(item)?.[1];
    const generation = Number(/\botransid (\d+)/.exec(item)?.[1] ?? 0);
    const readOnly = /\bflags 0x[0-9a-f]+\(RDONLY\)/.test(item);
    return [{ id, uuid, parentUuid: parent === noUuid ? undefined : parent, generation, readOnly }];
  });
  return items.filter(({ id }) => items.filter((one) => one.id === id).length === 1);
}
