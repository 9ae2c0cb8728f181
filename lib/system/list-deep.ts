import { parseRootTree } from '../formats/root-tree.ts';
import type { Subvolume } from '../model/observation.ts';
import { run } from './run.ts';
import { pathsOf } from './subvolume-paths.ts';

/** Subvolumes that were found one by one. */
export interface DeepListing {
  readonly subvolumes: readonly Subvolume[];
  /** Those that lie too deep for a path, which has 4096 bytes; `path` says so. */
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
  for (const { id, uuid, parentUuid, generation } of items) {
    const found = paths.get(id);
    if (found === undefined)
      unreachable.push({ id, uuid, parentUuid, generation, path: `(the subvolume with id ${id})` });
    else subvolumes.push({ id, uuid, parentUuid, generation, path: found });
  }
  return { subvolumes, unreachable, readOnly: new Set(items.flatMap(({ id, readOnly }) => (readOnly ? id : []))) };
}
