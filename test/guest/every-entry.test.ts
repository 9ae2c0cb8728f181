import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { GrubVersion } from '../support/disk/grub-build.ts';
import type { Disk } from '../support/disk/make.ts';
import { makeDisk } from '../support/disk/make.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import { kernels } from '../support/guest/kernels.ts';
import type { Firmware } from '../support/guest/qemu.ts';
import { boot } from '../support/guest/qemu.ts';
import { choose, type Start, whatBoots } from '../support/guest/start.ts';
import { needTool } from '../support/need-tool.ts';
import type { MenuEntry } from '../support/program.ts';
import { beHookOk, menuOf } from '../support/program.ts';

const test = suite('each entry of the menu');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'mformat', 'sgdisk', 'mkfs.btrfs', 'btrfstune', 'cpio'));

/** Two environments with two of three kernels each, adopted from another system, as from rescue media. */
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

/**
 * The files and the command line that GRUB's own code, in an emulator, gives to the kernel. All belong to the entry.
 */
async function expectChoice(disk: Disk, entry: MenuEntry, firmware: Firmware): Promise<Start> {
  const start = await whatBoots(disk, firmware);
  const { image, initrds, commandLine } = start;
  assert.equal([image, initrds], [entry.image, entry.initrds]);
  assert.is(commandLine, `BOOT_IMAGE=${image} ${entry.options}`);
  const own = (path: string): boolean => path.startsWith(`/@${entry.be}/boot/`) && path.includes(entry.release);
  assert.ok([image, ...initrds].every(own), 'the files are those of the environment and the kernel');
  return start;
}

/** The same, and the report of a machine that boots it. */
async function expectBoot(disk: Disk, entry: MenuEntry, firmware: Firmware): Promise<void> {
  const { commandLine } = await expectChoice(disk, entry, firmware);
  const { report, serial } = await boot(disk.image, { firmware });
  assert.ok(report !== undefined, serial);
  assert.is(report.id, entry.be, 'the root is the one that the entry names');
  assert.is(report.subvolume, `/@${entry.be}`);
  assert.is(report.release, entry.release, 'so is the kernel');
  assert.is(report.initramfs, `${entry.be} ${entry.release}`, 'so is the initramfs');
  assert.is(report.cmdline, commandLine, 'so is the command line, as the emulator has it');
}

/** A machine really boots the default, or the last entry. For the others GRUB's own code in an emulator chooses. */
const machines = [
  { firmware: 'uefi', grub: '2.12', booted: 'last' },
  { firmware: 'bios', grub: '2.14', booted: 'default' },
] as const;

for (const { firmware, grub, booted } of machines) {
  test(`boots with ${firmware.toUpperCase()} and GRUB ${grub}, as the default and by its id`, async () => {
    const { disk, entries } = await adoptedDisk(grub);
    try {
      assert.is(entries.length, 4);
      const [first, ...others] = entries;
      assert.ok(first?.default === true && first.be === 'be1');
      await (booted === 'default' ? expectBoot : expectChoice)(disk, first, firmware);
      for (const entry of others) {
        await choose(disk, entry);
        await expectChoice(disk, entry, firmware);
      }
      // The last entry is in a submenu.
      const [last] = others.slice(-1);
      assert.ok(last !== undefined && last.id.includes('>'), last?.id);
      if (booted === 'last') await expectBoot(disk, last, firmware);
    } finally {
      await disk.remove();
    }
  });
}

test.run();
