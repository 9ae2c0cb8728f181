import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type BootDisk, bootPartition } from '../disk/boot-disk.ts';
import { chooseEntry } from '../disk/menu-edit.ts';
import { runGrub } from '../grub/boot.ts';
import { grubTools } from '../grub/versions.ts';
import type { GuestKernel } from './kernels.ts';
import type { Firmware } from './qemu.ts';

/** What GRUB loads from a separate /boot, by the contents of the files. */
export interface LoadedFromBoot {
  /** The release of the kernel whose image it is. */
  readonly release: string;
  /** What the initramfs reports as its identity. */
  readonly initramfs: string;
  /** The subvolume in the only `rootflags=`. */
  readonly subvolume: string;
  readonly commandLine: string;
}

/**
 * What a disk with a separate /boot boots when no key is pressed. The real GRUB runs in the emulator, from the place where
 * this firmware starts it.
 */
export async function whatBootsFromBoot(
  disk: BootDisk,
  firmware: Firmware,
  kernels: readonly GuestKernel[],
): Promise<LoadedFromBoot> {
  const tools = await grubTools(disk.grub);
  const before =
    firmware === 'uefi'
      ? 'set grub_platform=efi\nset root=hd0,gpt2\nset prefix=(hd0,gpt2)/EFI/testlinux\n'
      : `set grub_platform=pc\nset root=${bootPartition}\nset prefix=(${bootPartition})/grub2\n`;
  const { booted, messages } = await runGrub({ tools, images: [disk.image], menuDirectory: '' }, { before });
  assert.ok(booted !== undefined, `GRUB boots nothing; it says:\n${messages.join('\n')}`);
  const [image = '', ...words] = booted.linux;
  const files = await disk.run(async ({ boot }) =>
    Promise.all([image, ...booted.initrd].map((path) => readFile(join(boot.top, path)))),
  );
  const flags = words.flatMap((word) => /^rootflags=(.*)$/.exec(word)?.[1] ?? []);
  return {
    release: await releaseOf(files[0], kernels),
    initramfs: files.slice(1).map(identityOf).join(),
    subvolume: flags.map((value) => /^subvol=([^,]*)$/.exec(value)?.[1] ?? value).join(),
    commandLine: [`BOOT_IMAGE=${image}`, ...words].join(' '),
  };
}

async function releaseOf(image: Buffer | undefined, kernels: readonly GuestKernel[]): Promise<string> {
  const found: string[] = [];
  for (const { vmlinuz, release } of kernels) if (image?.equals(await readFile(vmlinuz))) found.push(release);
  return found.join();
}

/** The text of the file that `addInitramfsId` appends, in cpio's format newc: 110 bytes, the name, the content. */
function identityOf(initramfs: Buffer): string {
  const name = 'initramfs-id\0';
  const at = initramfs.lastIndexOf(name);
  const size = Number.parseInt(initramfs.toString('latin1', at - 110 + 54, at - 110 + 62), 16);
  const content = at - 110 + Math.ceil((110 + name.length) / 4) * 4;
  return initramfs.toString('utf8', content, content + size);
}

/** Makes the next boots those of an entry, as an administrator who selects it in the menu each time. */
export async function chooseOnBoot(disk: BootDisk, id: string): Promise<void> {
  await disk.run(({ boot }) => chooseEntry(join(boot.top, 'grub2/be-hook.cfg'), id));
}
