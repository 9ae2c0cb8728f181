import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { GrubVersion } from '../support/disk/grub-build.ts';
import type { Disk } from '../support/disk/make.ts';
import { makeDisk } from '../support/disk/make.ts';
import { chooseEntry } from '../support/disk/menu-edit.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import { kernels } from '../support/guest/kernels.ts';
import type { Firmware } from '../support/guest/qemu.ts';
import { boot } from '../support/guest/qemu.ts';
import { needTool } from '../support/need-tool.ts';
import type { MenuEntry } from '../support/program.ts';
import { beHookOk, menuOf } from '../support/program.ts';

const test = suite('every entry boots');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'mformat', 'sgdisk', 'mkfs.btrfs', 'btrfstune', 'cpio'));

/** Two environments with two of three kernels each, adopted from outside, as from rescue media. */
async function adoptedDisk(
  grub: GrubVersion,
): Promise<{ readonly disk: Disk; readonly entries: readonly MenuEntry[] }> {
  const [oldest, middle, newest] = await kernels();
  const environments = [
    { name: 'be1', content: 'tiny' as const, kernels: [oldest, middle] },
    { name: 'be2', content: 'tiny' as const, kernels: [middle, newest] },
  ];
  const disk = await makeDisk({ grub, environments });
  const entries = await withMountedTop(disk.image, async (top) => {
    for (const { subvolume } of disk.spec.environments) await beHookOk('adopt', subvolume, '--filesystem', top);
    return (await menuOf(top)).entries;
  });
  return { disk, entries };
}

/** Boots what the menu boots by default now, and holds what came up against the entry that was meant. */
async function expectBoot(disk: Disk, entry: MenuEntry, firmware: Firmware): Promise<void> {
  const { report, serial } = await boot(disk.image, { firmware, timeoutSeconds: 180 });
  assert.ok(report !== undefined, serial);
  assert.is(report.id, entry.be, 'the root is the one that the entry names');
  assert.is(report.subvolume, `/@${entry.be}`);
  assert.is(report.release, entry.release, 'so is the kernel');
  assert.is(report.initramfs, `${entry.be} ${entry.release}`, 'so is the initramfs');
  assert.is(report.cmdline.replace(/^BOOT_IMAGE=\S+ /, ''), entry.options, 'so is the command line');
}

async function choose(disk: Disk, id: string): Promise<void> {
  await withMountedTop(disk.image, async (top) => {
    const menu = join(top, '@be1/boot/grub/be-hook.cfg');
    if (!(await readFile(menu, 'utf8')).includes(`set default='${id}'`)) await chooseEntry(menu, id);
  });
}

const machines = [
  { firmware: 'uefi', grub: '2.12' },
  { firmware: 'bios', grub: '2.14' },
] as const;

for (const { firmware, grub } of machines) {
  test(`with ${firmware.toUpperCase()} and GRUB ${grub}: by default the active one's newest kernel, and each entry by its id`, async () => {
    const { disk, entries } = await adoptedDisk(grub);
    try {
      assert.is(entries.length, 4);
      const [first, ...others] = entries;
      assert.ok(first?.default === true && first.be === 'be1');
      await expectBoot(disk, first, firmware);
      for (const entry of others) {
        await choose(disk, entry.id);
        await expectBoot(disk, entry, firmware);
      }
    } finally {
      await disk.remove();
    }
  });
}

test.run();
