import { parseRootTree, type RootItem } from '../formats/root-tree.ts';
import { topLevelId } from '../formats/subvolume-options.ts';
import type { Subvolume } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { findBeneath, using } from './beneath.ts';
import { run } from './run.ts';
import { pathsOf } from './subvolume-paths.ts';

/** Subvolumes that were found one by one. */
export interface DeepListing {
  readonly subvolumes: readonly Subvolume[];
  /**
   * Those that lie too deep for a path, which has 4096 bytes; `path` begins with that of the subvolume that they are in,
   * and is no path.
   */
  readonly unreachable: readonly Subvolume[];
  readonly readOnly: ReadonlySet<number>;
}

/**
 * Lists subvolumes where `btrfs subvolume list` fails, as it does when one of them lies deeper than a path may be long:
 * any user can make such a one. The tree of roots is read from the device, after everything is written to it and nothing
 * old is remembered of it (BLKFLSBUF); then each id is asked for its path.
 */
export async function listDeep(top: string, device: string): Promise<DeepListing> {
  await run('sync', ['-f', top], { seconds: 600 });
  await run('blockdev', ['--flushbufs', device]);
  const { stdout } = await run('btrfs', ['inspect-internal', 'dump-tree', '-t', 'root', device]);
  const items = parseRootTree(stdout);
  const paths = await pathsOf(
    top,
    items.map(({ id }) => id),
  );
  const subvolumes: Subvolume[] = [];
  const unreachable: Subvolume[] = [];
  const until = Date.now() + seconds * 1000;
  for (const item of items) {
    const { id, uuid, parentUuid, generation } = item;
    const found = paths.get(id);
    const path = found ?? (await describeDeep(top, item, { paths, until }));
    (found === undefined ? unreachable : subvolumes).push({ id, uuid, parentUuid, generation, path });
  }
  return { subvolumes, unreachable, readOnly: new Set(items.flatMap(({ id, readOnly }) => (readOnly ? id : []))) };
}

/** Characters of a path that is too long which are shown. */
const shown = 60;

/**
 * How long the owners and the ways are looked for, all together: on every command, as long as there are such subvolumes, and
 * a user can make many.
 */
const seconds = 3;

interface Search {
  /** The paths of the subvolumes that have one, by id. */
  readonly paths: ReadonlyMap<number, string>;
  /** Milliseconds since 1970; after that only numbers are given. */
  readonly until: number;
}

/** Where it lies and whose it is, as far as that can be found out. */
async function describeDeep(top: string, { id, place }: RootItem, { paths, until }: Search): Promise<string> {
  if (place === undefined) return `(the subvolume with id ${id})`;
  const parent = place.parent === topLevelId ? '' : paths.get(place.parent);
  if (parent === undefined) return `(the subvolume with id ${id}, in the one with id ${place.parent})`;
  const found = await findDirectory(top, parent, { inode: place.inode, until });
  const way = found === undefined ? '' : found.path.slice(0, shown);
  const owner = found === undefined ? '' : `, in a directory of the user with id ${found.uid}`;
  return `${parent === '' ? '' : `${parent}/`}${way}…/${place.name} (the subvolume with id ${id}${owner})`;
}

/** find(1) goes down by open directories, however long the path is. */
async function findDirectory(
  top: string,
  path: string,
  { inode, until }: { readonly inode: number; readonly until: number },
): Promise<{ readonly uid: number; readonly path: string } | undefined> {
  const left = (until - Date.now()) / 1000;
  const directory = left > 0 ? findBeneath(top, path) : undefined;
  if (directory === undefined) return undefined;
  try {
    const { stdout } = await using(directory, (open) => {
      const words = [`${open.path}/`, '-xdev', '-inum', String(inode), '-type', 'd', '-printf', '%U %P', '-quit'];
      return run('find', words, { seconds: left, expect: 'any' });
    });
    const [, uid, way] = /^(\d+) (.*)$/s.exec(stdout) ?? [];
    return uid === undefined || way === undefined ? undefined : { uid: Number(uid), path: way };
  } catch (error) {
    // It took too long, or there is no find: the numbers have to do.
    if (error instanceof BeHookError) return undefined;
    throw error;
  }
}
