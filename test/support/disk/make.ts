import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from '../cache.ts';
import { agentRecipe } from '../guest/agent.ts';
import { forkyRoot } from '../guest/root.ts';
import { tool } from '../guest/tool.ts';
import { installBootCode, writeStub } from './boot-code.ts';
import { nameFilesystem, populate } from './environment.ts';
import { formatEsp, partition } from './layout.ts';
import { withLoop, withMountedTop } from './mount.ts';
import type { CompleteDiskSpec, DiskSpec } from './spec.ts';
import { completeSpec } from './spec.ts';

/** A whole-disk image that one test may change. */
export interface Disk {
  /** The raw image file. */
  readonly image: string;
  /** UUID of its btrfs. It is unique, so several disks can be mounted at the same time. */
  readonly uuid: string;
  readonly spec: CompleteDiskSpec;
  /** Deletes the image. */
  readonly remove: () => Promise<void>;
}

/**
 * Makes a disk: GPT with BIOS boot partition, EFI system partition and btrfs. GRUB for both kinds of firmware starts
 * from the first environment. Every environment has its kernels and a plain menu of the distribution.
 */
export async function makeDisk(wanted: DiskSpec): Promise<Disk> {
  const spec = completeSpec(wanted);
  const base = await baseImage(spec);
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-disk-'));
  const image = join(directory, 'disk.img');
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    await tool('cp', ['--sparse=always', '--reflink=auto', base, image]);
    const uuid = randomUUID();
    await changeUuid(image, uuid);
    await withMountedTop(image, async (top) => {
      for (const environment of spec.environments) {
        await nameFilesystem(join(top, environment.subvolume), environment, spec, uuid);
      }
    });
    await writeStub(image, spec, uuid);
    return { image, uuid, spec, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

const recipeVersion = 4;

async function baseImage(spec: CompleteDiskSpec): Promise<string> {
  const full = spec.environments.some((environment) => environment.content === 'full');
  const contents = full ? [await forkyRoot(), agentRecipe] : [];
  const directory = await cached('disk', { recipeVersion, spec, contents }, async (target) => {
    const image = join(target, 'disk.img');
    await partition(image, spec.sizeMiB);
    await formatEsp(image);
    await installBootCode(image, spec);
    await withLoop(image, (device) => tool('mkfs.btrfs', ['-q', '-m', 'single', device]));
    await withMountedTop(image, (top) => populate(top, spec));
  });
  return join(directory, 'disk.img');
}

/** The kernel gives the second of two mounted filesystems with one UUID a temporary UUID, which must not be in a menu. */
async function changeUuid(image: string, uuid: string): Promise<void> {
  await withLoop(image, (device) => tool('btrfstune', ['-f', '-U', uuid, device]));
}
