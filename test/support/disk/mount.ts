import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tool } from '../guest/tool.ts';
import { released } from '../prepared-btrfs.ts';
import { btrfsExtent, type Extent } from './layout.ts';

/**
 * Mounts the top level (subvolid=5) of an image's btrfs at a private directory while `body` runs, and always
 * unmounts it. The loop device ends with the mount. No guest may use the image at the same time.
 */
export async function withMountedTop<T>(image: string, body: (top: string) => Promise<T>): Promise<T> {
  const { offset, sizelimit } = await btrfsExtent(image);
  const top = await mkdtemp(join(tmpdir(), 'be-hook-top-'));
  try {
    await tool('mount', ['-t', 'btrfs', '-o', `loop,offset=${offset},sizelimit=${sizelimit},subvolid=5`, image, top]);
    try {
      return await body(top);
    } finally {
      await tool('sync', ['--file-system', top]);
      await tool('umount', [top]);
      await released(image);
    }
  } finally {
    await rmdir(top);
  }
}

/** Runs `body` with a loop device of an image's btrfs, and waits until the kernel has released the image. */
export async function withLoop<T>(image: string, body: (device: string) => Promise<T>): Promise<T> {
  try {
    return await withPartition(image, await btrfsExtent(image), body);
  } finally {
    await released(image);
  }
}

/** Runs `body` with a loop device of a partition. */
export async function withPartition<T>(
  image: string,
  { offset, sizelimit }: Extent,
  body: (device: string) => Promise<T>,
): Promise<T> {
  const where = [`--offset=${offset}`, `--sizelimit=${sizelimit}`];
  const device = (await tool('losetup', ['--find', '--show', ...where, image])).trim();
  try {
    return await body(device);
  } finally {
    await tool('losetup', ['--detach', device]);
  }
}
