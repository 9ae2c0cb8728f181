import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tool } from './guest/tool.ts';
import { type BtrfsOptions, formatImages, type LoopBtrfs, mountBtrfs } from './loop-btrfs.ts';

/** Mounts a new copy of a prepared file system for `body`, and then removes it. */
export type WithCopy = <T>(body: (fs: LoopBtrfs) => Promise<T>) => Promise<T>;

type Make = (fs: LoopBtrfs) => Promise<unknown>;

/**
 * A scratch btrfs that `make` prepares once in this process, when it is first needed. All copies have its UUID, so only
 * one of them can exist at a time.
 */
export function preparedBtrfs(make: Make, options: BtrfsOptions = {}): WithCopy {
  return preparedFrom((directory) => formatImages(directory, options), make, options.mountOptions);
}

/** The same with the images that `format` makes in a directory. */
export function preparedFrom(
  format: (directory: string) => Promise<readonly string[]>,
  make: Make,
  mountOptions?: string,
): WithCopy {
  let template: Promise<readonly string[]> | undefined;
  let isUsed = false;
  return async (body) => {
    template ??= makeTemplate(format, make, mountOptions);
    const originals = await template;
    if (isUsed) throw new Error('a copy of this file system is already in use');
    isUsed = true;
    const directory = await mkdtemp(join(tmpdir(), 'be-hook-copy-'));
    const images = originals.map((original) => join(directory, basename(original)));
    try {
      await tool('cp', ['--sparse=always', ...originals, directory]);
      return await mountBtrfs(images, body, mountOptions);
    } finally {
      for (const image of images) await released(image);
      await rm(directory, { recursive: true, force: true });
      isUsed = false;
    }
  };
}

async function makeTemplate(
  format: (directory: string) => Promise<readonly string[]>,
  make: Make,
  mountOptions: string | undefined,
): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-template-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  const images = await format(directory);
  await mountBtrfs(images, make, mountOptions);
  for (const image of images) await released(image);
  return images;
}

/**
 * Waits until no loop device uses the image. A mount namespace that ends keeps its file systems for a moment after its
 * last process, and the kernel then refuses to mount another device with the same UUID.
 */
export async function released(image: string): Promise<void> {
  for (let tries = 0; (await tool('losetup', ['--associated', image])).trim() !== ''; tries += 1) {
    if (tries === 1200) throw new Error(`${image}: something keeps its file system mounted`);
    await sleep(50);
  }
}
