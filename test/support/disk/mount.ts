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
      await tool('sync', ['--file-system', top]);
      await tool('umount', [top]);
      await released(image);
    }
  } finally {
    await rmdir(top);
  }
}

/** Runs `body` with a loop device of an image's btrfs, and waits until the kernel has let go of the image. */
export async function withLoop<T>(image: string, body: (device: string) => Promise<T>): Promise<T> {
  const { offset, sizelimit } = await btrfsExtent(image);
  const where = [`--offset=${offset}`, `--sizelimit=${sizelimit}`];
  const device = (await tool('losetup', ['--find', '--show', ...where, image])).trim();
  try {
    return await body(device);
  } finally {
    await tool('losetup', ['--detach', device]);
    await released(image);
  }
}

/**
 * Waits until no loop device has the image: a mount namespace that ends keeps its file systems for a moment longer than its last
 * process, and one that began meanwhile has copies of them. The kernel takes two devices with one UUID for the same.
 */
async function released(image: string): Promise<void> {
  for (let tries = 0; (await tool('losetup', ['--associated', image])).trim() !== ''; tries += 1) {
    if (tries === 1200) throw new Error(`${image}: something keeps its file system mounted`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
