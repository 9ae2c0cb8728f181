import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Disk } from '../disk/make.ts';
import { chooseEntry } from '../disk/menu-edit.ts';
import { withMountedTop } from '../disk/mount.ts';
import { runGrub } from '../grub/boot.ts';
import { grubTools } from '../grub/versions.ts';
import { listOf, type MenuEntry, menuOf } from '../program.ts';
import { addToInitramfs } from './initramfs-id.ts';
import { type BootResult, boot, type Firmware, type LoadedKernel } from './qemu.ts';
import type { BootReport } from './report.ts';
import { tool } from './tool.ts';
import { bootUserMode, type UserModeBoot } from './user-mode-linux.ts';

/** The files that GRUB starts: words of its commands `linux` and `initrd`, paths from the top of the file system. */
export interface Start {
  readonly firmware: Firmware;
  readonly image: string;
  readonly initrds: readonly string[];
  /** The command line for the kernel, with the word that GRUB adds at its beginning. */
  readonly commandLine: string;
  /** The value of its only `rootflags=`. */
  readonly rootFlags: string;
}

/**
 * What a machine boots when no key is pressed. The real GRUB of the disk's version runs in the emulator, from the place
 * where this firmware starts it to the first kernel that it can read. Its changes to the disk stay, for example a
 * cleared one-shot request.
 */
export async function whatBoots(disk: Disk, firmware: Firmware = 'uefi'): Promise<Start> {
  const tools = await grubTools(disk.spec.grub);
  const { subvolume } = disk.spec.environments[0] ?? {};
  const first = `(hd0,gpt3)/${subvolume}/boot/${disk.spec.menuDirectory}`;
  const before =
    firmware === 'uefi'
      ? 'set grub_platform=efi\nset root=hd0,gpt2\nset prefix=(hd0,gpt2)/EFI/testlinux\n'
      : `set grub_platform=pc\nset root=hd0,gpt3\nset prefix='${first}'\n`;
  const { booted, messages } = await runGrub({ tools, images: [disk.image], menuDirectory: '' }, { before });
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

/**
 * The same, compared with the output of be-hook. It is the default of `be-hook menu`, with the environment and the
 * kernel that `be-hook list` has as active and first. Every file that the menu names is on the disk.
 */
export async function bootsAsListed(disk: Disk): Promise<Start> {
  const start = await whatBoots(disk);
  await withMountedTop(disk.image, async (top) => {
    const { entries } = await menuOf(top);
    const first = entries.find((entry) => entry.default);
    assert.equal([start.image, start.initrds], [first?.image, first?.initrds], 'GRUB boots the default of the menu');
    assert.is(start.commandLine, `BOOT_IMAGE=${start.image} ${first?.options}`);
    const active = (await listOf(top)).find((environment) => environment.active);
    assert.equal([active?.name, active?.kernels[0]?.image], [first?.be, start.image], 'the list says the same');
    for (const { image, initrds } of entries) {
      for (const path of [image, ...initrds]) assert.ok((await stat(join(top, path))).size > 0, path);
    }
  });
  return start;
}

/**
 * Passes a start's own kernel, initramfs and command line to `body`, for QEMU to load instead of GRUB. `files` are
 * added to the initramfs.
 */
export async function withKernel<T>(
  disk: Disk,
  start: Start,
  files: Readonly<Record<string, string>>,
  body: (kernel: LoadedKernel) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-start-'));
  try {
    const image = join(directory, 'vmlinuz');
    const own = join(directory, 'own.img');
    const initramfs = join(directory, 'initramfs.img');
    await withMountedTop(disk.image, async (top) => {
      await copyFile(join(top, start.image), image);
      const initrds = start.initrds.map((path) => join(top, path));
      await tool('sh', ['-euc', 'to=$1; shift; cat "$@" >"$to"', 'sh', own, ...initrds]);
    });
    await addToInitramfs(own, files, initramfs);
    return await body({ image, initramfs, commandLine: start.commandLine });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Boots a start without GRUB until the root is mounted. An initramfs that would start systemd there only reports. */
export function reportOf(disk: Disk, start: Start): Promise<BootReport> {
  return withKernel(disk, start, { 'report-only': '' }, async (kernel) => {
    const { report, serial } = await boot(disk.image, { kernel });
    assert.ok(report !== undefined, serial);
    return report;
  });
}

/**
 * Boots the root of a start until systemd has started and the agent powers off, in User Mode Linux with its own kernel:
 * see user-mode-linux.ts.
 */
export function startUserMode(
  disk: Disk,
  start: Start,
  options: Pick<UserModeBoot, 'jobDisk' | 'madeBy'> = {},
): Promise<BootResult> {
  const firmware: Readonly<Record<string, string>> = start.firmware === 'uefi' ? { uefi: '' } : {};
  return withKernel(disk, start, options.madeBy === 'dracut' ? {} : firmware, ({ initramfs, commandLine }) =>
    bootUserMode({ image: disk.image, initramfs, commandLine, timeoutSeconds: 1200, ...options }),
  );
}

/** Makes the next boots those of an entry, like an administrator who selects it in the menu each time. */
export async function choose({ image, spec }: Disk, { id }: Pick<MenuEntry, 'id'>): Promise<void> {
  await withMountedTop(image, (top) => chooseEntry(menuPath(top, spec), id));
}

/** What a machine boots when an administrator selects an entry in the menu. The disk does not change. */
export async function startOf(disk: Disk, entry: Pick<MenuEntry, 'id'>): Promise<Start> {
  const { image, spec } = disk;
  const before = await withMountedTop(image, (top) => readFile(menuPath(top, spec)));
  await choose(disk, entry);
  const start = await whatBoots(disk);
  await withMountedTop(image, (top) => writeFile(menuPath(top, spec), before));
  return start;
}

function menuPath(top: string, { environments, menuDirectory }: Disk['spec']): string {
  return join(top, `${environments[0]?.subvolume}`, 'boot', menuDirectory, 'be-hook.cfg');
}
