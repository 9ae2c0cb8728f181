import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../guest/tool.ts';
import { btrfsExtent } from './layout.ts';

/**
 * Mounts the top level (subvolid=5) of an image's btrfs at a private directory while `body` runs, and always
 * unmounts it. The loop device goes with the mount. No guest may be using the image meanwhile.
 */
export async function withMountedTop<T>(image: string, body: (top: string) => Promise<T>): Promise<T> {
  const { offset, sizelimit } = await btrfsExtent(image);
  const top = await mkdtemp(join(tmpdir(), 'be-hook-top-'));
  try {
    await tool('mount', ['-t', 'btrfs', '-o', `loop,offset=${offset},sizelimit=${sizelimit},subvolid=5`, image, top]);
    try {
      return await body(top);
    } finally {
      await tool('umount', [top]);
    }
  } finally {
    await rmdir(top);
  }
}
