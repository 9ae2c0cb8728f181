import { parseRootTree, type RootItem } from '../formats/root-tree.ts';
import { topLevelId } from '../formats/subvolume-options.ts';
import type { Subvolume } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { findBeneath, using } from './beneath.ts';
import { run } from './run.ts';
import { pathsOf } from './subvolume-paths.ts';

/** Subvolumes from the tree of roots, each resolved by its id. */
export interface DeepListing {
  readonly subvolumes: readonly Subvolume[];
  /**
   * Subvolumes that lie too deep for a path, which has at most 4096 bytes. Their `path` is a description that begins with
   * the path of the outer subvolume. It is not a path.
   */
  readonly unreachable: readonly Subvolume[];
  readonly readOnly: ReadonlySet<number>;
}

/**
 * Lists subvolumes where `btrfs subvolume list` fails. It fails when the path of a subvolume would exceed the limit, and
 * any user can make such a subvolume. The function syncs the file system and drops the device's cache (BLKFLSBUF). Then it
 * reads the tree of roots from the device, and asks the kernel for the path of each id.
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

/** How many characters be-hook shows of a path that is too long. */
const shown = 60;

/**
 * The time limit of the search for the owners and paths of all such subvolumes. Every command searches while such
 * subvolumes exist, and a user can make many.
 */
const seconds = 3;

interface Search {
  /** The paths of the subvolumes that have one, by id. */
  readonly paths: ReadonlyMap<number, string>;
  /** Milliseconds since 1970. After that time be-hook shows only ids. */
  readonly until: number;
}

/** Describes the path and the owner of a subvolume, where be-hook can find them. */
async function describeDeep(top: string, { id, place }: RootItem, { paths, until }: Search): Promise<string> {
  if (place === undefined) return `(the subvolume with id ${id})`;
  const parent = place.parent === topLevelId ? '' : paths.get(place.parent);
  if (parent === undefined) return `(the subvolume with id ${id}, in the one with id ${place.parent})`;
  const found = await findDirectory(top, parent, { inode: place.inode, until });
  const way = found === undefined ? '' : found.path.slice(0, shown);
  const owner = found === undefined ? '' : `, in a directory of the user with id ${found.uid}`;
  return `${parent === '' ? '' : `${parent}/`}${way}…/${place.name} (the subvolume with id ${id}${owner})`;
}

/** find(1) works with open directories, so the length of the path does not matter. */
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
      const args = [`${open.path}/`, '-xdev', '-inum', String(inode), '-type', 'd', '-printf', '%U %P', '-quit'];
      return run('find', args, { seconds: left, expect: 'any' });
    });
    const [, uid, way] = /^(\d+) (.*)$/s.exec(stdout) ?? [];
    return uid === undefined || way === undefined ? undefined : { uid: Number(uid), path: way };
  } catch (error) {
    // find took too long or is not installed: be-hook shows only the ids.
    if (error instanceof BeHookError) return undefined;
    throw error;
  }
}
