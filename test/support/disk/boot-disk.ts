import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blscfgFor } from '../grub/blscfg.ts';
import { addInitramfsId } from '../guest/initramfs-id.ts';
import type { GuestKernel } from '../guest/kernels.ts';
import { tool } from '../guest/tool.ts';
import { type LoopBtrfs, mountBtrfs } from '../loop-btrfs.ts';
import { released } from '../prepared-btrfs.ts';
import {
  addKernel,
  addModules,
  type BootImage,
  fillMachine,
  formatBoot,
  machineOn,
  mountBoot,
  type SeparateBootMachine,
} from '../separate-boot.ts';
import { installGrub, writeFedoraStub } from './boot-code.ts';
import { addGrubModules } from './environment.ts';
import type { GrubVersion } from './grub-build.ts';
import { bootExtent, btrfsExtent, type Extent, formatEsp, partitionWithBoot } from './layout.ts';
import { editFile } from './menu-edit.ts';
import { withPartition } from './mount.ts';

/** A whole disk with a separate /boot, and with GRUB on it for both kinds of firmware. */
export interface BootDisk {
  readonly image: string;
  readonly grub: GrubVersion;
  /** Mounts both file systems for `body`, as a machine that runs from /@be1. */
  run<T>(body: (machine: SeparateBootMachine) => Promise<T>): Promise<T>;
}

/** The type of /boot and the release of GRUB. */
export interface BootDiskSpec {
  readonly type: 'ext4' | 'xfs';
  readonly grub: GrubVersion;
}

/** GRUB's name of the partition with /boot. */
export const bootPartition = 'hd0,gpt4';

/** An emulated timer is late on a busy machine, and the kernel then panics. */
const options = 'quiet console=ttyS0 panic=-1 no_timer_check';

/** Makes such a disk with one environment and one kernel for `body`, and then removes it. be-hook has not run on it. */
export async function withBootDisk<T>(
  { type, grub }: BootDiskSpec,
  kernel: GuestKernel,
  body: (disk: BootDisk) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-boot-disk-'));
  const image = join(directory, 'disk.img');
  try {
    const filesystems = await formatDisk(image, type, { sizeMiB: 1024, bootMiB: 384 });
    await formatEsp(image);
    await installGrub(image, {
      grub,
      prefix: `(${bootPartition})/grub2`,
      filesystem: type === 'ext4' ? 'ext2' : 'xfs',
    });
    await filesystems.mount(image, async (fs, boot) => {
      await fillDisk(await fillMachine(fs, boot, []), kernel, grub);
      await writeStub(image, boot, grub);
    });
    const run: BootDisk['run'] = (inside) =>
      filesystems.mount(image, async (fs, boot) => inside(await machineOn(fs, boot)));
    return await body({ image, grub, run });
  } finally {
    await released(image);
    await rm(directory, { recursive: true, force: true });
  }
}

/** The two file systems of a disk. */
export interface BootFilesystems {
  /** Mounts both for `body`, from an image of the disk or a copy of it. */
  mount<T>(image: string, body: (fs: LoopBtrfs, boot: BootImage) => Promise<T>): Promise<T>;
}

/** Makes an image of a disk with a btrfs and a /boot, both empty. */
export async function formatDisk(
  image: string,
  type: BootDiskSpec['type'],
  { sizeMiB, bootMiB }: { readonly sizeMiB: number; readonly bootMiB: number },
): Promise<BootFilesystems> {
  await partitionWithBoot(image, sizeMiB, bootMiB);
  await withPartition(image, await btrfsExtent(image), (device) => tool('mkfs.btrfs', ['-q', '-m', 'single', device]));
  await withPartition(image, await bootPartitionOf(image), (device) => formatBoot(type, device));
  return { mount: (from, body) => mountPartitions(from, type, body) };
}

/** Mounts the btrfs and the /boot of an image for `body`. */
export async function mountPartitions<T>(
  image: string,
  type: BootDiskSpec['type'],
  body: (fs: LoopBtrfs, boot: BootImage) => Promise<T>,
): Promise<T> {
  const boot = await bootPartitionOf(image);
  return withPartition(image, await btrfsExtent(image), (roots) =>
    withPartition(image, boot, (boots) =>
      mountBtrfs([roots], (fs) => mountBoot(type, boots, (mounted) => body(fs, mounted))),
    ),
  );
}

/** The position of the partition for /boot. Throws for a disk without it. */
export async function bootPartitionOf(image: string): Promise<Extent> {
  const extent = await bootExtent(image);
  if (extent === undefined) throw new Error(`${image}: no partition for /boot`);
  return extent;
}

async function fillDisk(machine: SeparateBootMachine, kernel: GuestKernel, grub: GrubVersion): Promise<void> {
  const { boot, fs } = machine;
  const line = `root=UUID=${fs.uuid} ro rootflags=subvol=@be1 ${options}\n`;
  await machine.write('etc/kernel/cmdline', line);
  await machine.write('etc/default/grub', `GRUB_TIMEOUT=0\nGRUB_ENABLE_BLSCFG=true\nGRUB_CMDLINE_LINUX="${options}"\n`);
  await addGrubModules(join(boot.top, 'grub2'), grub);
  await installRealKernel(machine, kernel, 'be1');
  await nameRoot(machine, '@be1', 'be1');
}

/** Only GRUB 2.14 and the GRUB of Fedora have `blscfg`. */
async function writeStub(image: string, { top, uuid }: BootImage, grub: GrubVersion): Promise<void> {
  await writeFedoraStub(image, uuid, '/grub2', grub === '2.14' ? '' : await blscfgFor(top, ['loader/entries']));
}

/** Writes the identity that a booted root reports. */
export async function nameRoot({ fs }: SeparateBootMachine, subvolume: string, name: string): Promise<void> {
  await writeFile(join(fs.top, subvolume, 'etc/be-id'), name);
}

/** Installs a kernel in the running system, as its package and kernel-install do. Its initramfs reports `label` and the release. */
export async function installRealKernel(
  machine: SeparateBootMachine,
  kernel: GuestKernel,
  label: string,
): Promise<void> {
  const { boot, fs } = machine;
  const { release } = kernel;
  await addModules(machine.path(''), release);
  await tool('cp', [kernel.vmlinuz, machine.path(`usr/lib/modules/${release}/vmlinuz`)]);
  await addKernel(boot.top, release, fs.uuid);
  await editFile(join(boot.top, `loader/entries/${await entryOf(machine, release)}.conf`), (text) =>
    text.replace(/ quiet$/m, ` ${options}`),
  );
  await tool('cp', [kernel.vmlinuz, join(boot.top, `vmlinuz-${release}`)]);
  await writeInitramfs(machine, kernel, label);
}

async function entryOf({ path }: SeparateBootMachine, release: string): Promise<string> {
  return `${(await readFile(path('etc/machine-id'), 'utf8')).trim()}-${release}`;
}

/** Writes the initramfs of a kernel in place, as dracut does. */
export async function writeInitramfs(
  { boot }: SeparateBootMachine,
  { release, tinyInitramfs }: GuestKernel,
  label: string,
): Promise<void> {
  await addInitramfsId(tinyInitramfs, `${label} ${release}`, join(boot.top, `initramfs-${release}.img`));
}
