import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Disk } from '../disk/make.ts';
import { withMountedTop } from '../disk/mount.ts';
import { runGrub } from '../grub/boot.ts';
import { grubTools } from '../grub/versions.ts';
import { addToInitramfs } from './initramfs-id.ts';
import { type BootOptions, type BootResult, boot, type Firmware, type LoadedKernel } from './qemu.ts';
import type { BootReport } from './report.ts';
import { tool } from './tool.ts';

/** What GRUB starts: words of its commands `linux` and `initrd`, paths from the top of the file system. */
export interface Start {
  readonly firmware: Firmware;
  readonly image: string;
  readonly initrds: readonly string[];
  /** As the kernel gets it, with the word that GRUB puts before the others. */
  readonly commandLine: string;
  /** The value of its only `rootflags=`. */
  readonly rootFlags: string;
}

/**
 * What a machine boots with no key pressed: the real GRUB of the disk's version, in the emulator, goes from where this firmware
 * leaves it to the first kernel that it can read. What it writes to the disk, for example that a one-shot choice is used up, stays.
 */
export async function whatBoots(disk: Disk, firmware: Firmware = 'uefi'): Promise<Start> {
  const tools = await grubTools(disk.spec.grub);
  const { subvolume } = disk.spec.environments[0] ?? {};
  const first = `(hd0,gpt3)/${subvolume}/boot/${disk.spec.menuDirectory}`;
  const before =
    firmware === 'uefi'
      ? 'set grub_platform=efi\nset root=hd0,gpt2\nset prefix=(hd0,gpt2)/EFI/testlinux\n'
      : `set grub_platform=pc\nset root=hd0,gpt3\nset prefix='${first}'\n`;
  const { booted, messages } = await runGrub({ tools, images: [disk.image], home: '' }, { before });
  assert.ok(booted !== undefined, `GRUB boots nothing; it says:\n${messages.join('\n')}`);
  assert.is(booted.rootUuid, disk.uuid);
  const [image = '', ...words] = booted.linux;
  for (const word of words) assert.not.match(word, /[\s"'\\]/, 'GRUB would quote it on the command line');
  const flags = words.filter((word) => word.startsWith('rootflags='));
  assert.is(flags.length, 1, words.join(' '));
  const commandLine = [`BOOT_IMAGE=${image}`, ...words].join(' ');
  return {
    firmware,
    image,
    initrds: booted.initrd,
    commandLine,
    rootFlags: flags[0]?.slice('rootflags='.length) ?? '',
  };
}

/** Boots with a start's own kernel, initramfs and command line, given to the kernel by QEMU in the place of GRUB. */
export async function bootStart(disk: Disk, start: Start, options: BootOptions = {}): Promise<BootResult> {
  return withStart(disk, start, (kernel) => boot(disk.image, { timeoutSeconds: 240, ...options, kernel }));
}

/** The same, as far as the mounted root: whichever initramfs of ours the start has, it only reports. */
export async function reportOf(disk: Disk, start: Start): Promise<BootReport> {
  return withStart(disk, start, async (kernel, directory) => {
    const initramfs = join(directory, 'reporting.img');
    await addToInitramfs(kernel.initramfs, { 'report-only': '' }, initramfs);
    const { report, serial } = await boot(disk.image, { timeoutSeconds: 180, kernel: { ...kernel, initramfs } });
    assert.ok(report !== undefined, serial);
    return report;
  });
}

/** Runs `body` with copies of the files of a start. */
export async function withStart<T>(
  disk: Disk,
  start: Start,
  body: (kernel: LoadedKernel, directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-start-'));
  try {
    const [image, initramfs] = [join(directory, 'vmlinuz'), join(directory, 'initramfs.img')];
    await withMountedTop(disk.image, async (top) => {
      await copyFile(join(top, start.image), image);
      const initrds = start.initrds.map((path) => join(top, path));
      await tool('sh', ['-euc', 'to=$1; shift; cat "$@" >"$to"', 'sh', initramfs, ...initrds]);
    });
    return await body({ image, initramfs, commandLine: start.commandLine }, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
