import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BootDisk, installRealKernel, nameRoot, withBootDisk, writeInitramfs } from '../support/disk/boot-disk.ts';
import { type GuestKernels, kernels } from '../support/guest/kernels.ts';
import { boot, type Firmware } from '../support/guest/qemu.ts';
import { chooseOnBoot, whatBootsFromBoot } from '../support/guest/start-separate-boot.ts';
import { needTool } from '../support/need-tool.ts';
import type { MenuData } from '../support/program.ts';
import type { SeparateBootMachine } from '../support/separate-boot.ts';

const test = suite('a machine with a separate /boot');

test.before(() => needTool('qemu-system-x86_64', 'mmdebstrap', 'mformat', 'sgdisk', 'mkfs.btrfs', 'mkfs.xfs', 'cpio'));

async function beHook(machine: SeparateBootMachine, words: string): Promise<void> {
  const { status, stdout, stderr } = await machine.sh(`be-hook ${words}`);
  assert.is(status, 0, `be-hook ${words}: ${stdout}${stderr}`);
}

/**
 * Three environments: “next” has the first initramfs of the oldest kernel, “third” a later one and the middle kernel, and
 * the running one has only the middle kernel.
 */
async function makeEnvironments(disk: BootDisk, [oldest, middle]: GuestKernels): Promise<MenuData> {
  return await disk.run(async (machine) => {
    await beHook(machine, 'setup --yes');
    await beHook(machine, 'create next');
    await writeInitramfs(machine, oldest, 'again');
    await installRealKernel(machine, middle, 'be1');
    await beHook(machine, 'sync');
    await beHook(machine, 'create third');
    const { release } = oldest;
    const loader = (await machine.sh('ls /boot/loader/entries')).stdout
      .split('\n')
      .find((name) => name.includes(release));
    for (const name of [`vmlinuz-${release}`, `initramfs-${release}.img`, `loader/entries/${loader}`])
      await rm(join(machine.boot.top, name));
    await rm(machine.path(`usr/lib/modules/${release}`), { recursive: true });
    await beHook(machine, 'sync');
    for (const name of ['next', 'third']) await nameRoot(machine, `be-hook/${name}/root`, name);
    return (await machine.json('menu')) as MenuData;
  });
}

const subvolumes: Readonly<Record<string, string>> = {
  be1: '@be1',
  next: 'be-hook/next/root',
  third: 'be-hook/third/root',
};

/** The identity of the initramfs of each entry. */
const initramfsOf = (be: string, release: string, oldest: string): string =>
  `${be === 'third' && release === oldest ? 'again' : 'be1'} ${release}`;

const machines = [
  { firmware: 'uefi', grub: '2.12', type: 'ext4', booted: 'next' },
  { firmware: 'bios', grub: '2.14', type: 'xfs', booted: 'third' },
  { firmware: 'uefi', grub: '2.06', type: 'xfs', booted: 'be1' },
] as const;

for (const { firmware, grub, type, booted } of machines) {
  test(`boots every environment with ${firmware.toUpperCase()} and GRUB ${grub} from ${type}`, async () => {
    const available = await kernels();
    const [oldest] = available;
    await withBootDisk({ type, grub }, oldest, async (disk) => {
      const { entries } = await makeEnvironments(disk, available);
      assert.equal(entries.map(({ be }) => be).sort(), ['be1', 'next', 'third', 'third']);
      const last = entries.filter(({ be }) => be === booted).slice(-1);
      // The last entry that is chosen boots on an emulated machine.
      for (const entry of [...entries.filter((each) => !last.includes(each)), ...last]) {
        await chooseOnBoot(disk, entry.id);
        const loaded = await whatBootsFromBoot(disk, firmware, available);
        const expected = {
          release: entry.release,
          initramfs: initramfsOf(entry.be, entry.release, oldest.release),
          subvolume: subvolumes[entry.be],
        };
        const { commandLine, ...files } = loaded;
        assert.equal(files, expected);
        if (last.includes(entry)) await expectReport(disk, firmware, { ...expected, commandLine, id: entry.be });
      }
    });
  });
}

async function expectReport(
  { image }: BootDisk,
  firmware: Firmware,
  expected: { readonly [name in 'release' | 'initramfs' | 'commandLine' | 'id']: string } & {
    readonly subvolume: string | undefined;
  },
): Promise<void> {
  const { report, serial } = await boot(image, { firmware });
  assert.ok(report !== undefined, serial);
  const { commandLine, subvolume, ...rest } = expected;
  assert.equal(report, { ...rest, cmdline: commandLine, subvolume: `/${subvolume}` });
}

test.run();
