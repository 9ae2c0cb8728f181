import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { moveBootBeside } from '../support/disk/boot-subvolume.ts';
import { type Disk, makeDisk } from '../support/disk/make.ts';
import { chooseEntry } from '../support/disk/menu-edit.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import { kernels } from '../support/guest/kernels.ts';
import { boot, type Firmware } from '../support/guest/qemu.ts';
import { needTool } from '../support/need-tool.ts';
import { beHookOk, type MenuEntry, menuOf } from '../support/program.ts';

const test = suite('a machine whose /boot is a subvolume');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'mformat', 'sgdisk', 'mkfs.btrfs', 'btrfstune', 'cpio'));

const copy = 'be-hook/next';

/** The machine, and a copy that boots by default and has only the newer of the two kernels. */
async function withCopy(disk: Disk, older: string): Promise<readonly MenuEntry[]> {
  return withMountedTop(disk.image, async (top) => {
    await beHookOk('adopt', 'root', '--filesystem', top);
    await beHookOk('create', 'next', '--activate', '--filesystem', top);
    await writeFile(join(top, copy, 'root/etc/be-id'), 'next');
    for (const name of [`vmlinuz-${older}`, `initramfs-${older}.img`]) await rm(join(top, copy, 'volumes/boot', name));
    await beHookOk('sync', '--filesystem', top);
    return (await menuOf(top)).entries;
  });
}

/** Boots the machine, and checks that the root, the kernel and the command line are those of the entry. */
async function expectBoot(
  disk: Disk,
  firmware: Firmware,
  entry: MenuEntry | undefined,
  subvolume: string,
): Promise<void> {
  const { report, serial } = await boot(disk.image, { firmware });
  assert.ok(report !== undefined, serial);
  assert.equal([report.id, report.subvolume], [entry?.be, `/${subvolume}`]);
  const expected = [entry?.release, `BOOT_IMAGE=${entry?.image} ${entry?.options}`];
  assert.equal([report.release, report.cmdline], expected);
}

test('boots the default by UEFI and an entry of another environment by BIOS', async () => {
  const [older, newer] = await kernels();
  const environments = [{ name: 'root', subvolume: 'root', content: 'tiny' as const, kernels: [older, newer] }];
  const disk = await makeDisk({ menuDirectory: 'grub2', environments });
  try {
    await moveBootBeside(disk);
    const entries = await withCopy(disk, older.release);
    const [first] = entries;
    assert.equal([first?.be, first?.release, first?.default], ['next', newer.release, true]);
    await expectBoot(disk, 'uefi', first, `${copy}/root`);

    const other = entries.find(({ be, release }) => be === 'root' && release === older.release);
    await withMountedTop(disk.image, (top) => chooseEntry(join(top, 'boot/grub2/be-hook.cfg'), other?.id ?? ''));
    await expectBoot(disk, 'bios', other, 'root');
  } finally {
    await disk.remove();
  }
});

test.run();
