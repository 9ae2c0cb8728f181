import { createHash } from 'node:crypto';
import { tool } from './guest/tool.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';
import { snapshotTree } from './snapshot-tree.ts';

/**
 * A hash of all that be-hook can read on a mounted file system: files, extended attributes, subvolumes with their uuids,
 * read-only and deleted subvolumes, and the default subvolume. Times and generations do not count.
 */
export async function diskState({ top }: LoopBtrfs): Promise<string> {
  const tree = (await snapshotTree(top)).map((line) => line.slice(top.length));
  const attributes = await tool('sh', ['-c', 'cd "$1" && getfattr -R -P -h -d -m - -e hex .', 'sh', top]);
  const subvolumes = await Promise.all(
    ['-puqR', '-r', '-d'].map((options) => tool('btrfs', ['subvolume', 'list', options, top])),
  );
  const chosen = await tool('btrfs', ['subvolume', 'get-default', top]);
  const text = [...tree, attributes, ...subvolumes, chosen].join('\n').replaceAll(/\bgen \d+/g, '');
  return createHash('sha256').update(text).digest('hex');
}
