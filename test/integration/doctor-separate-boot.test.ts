import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { DoctorData } from '../../lib/cli/output/schema/doctor.ts';
import { plantAll, readDoctor } from '../support/faults/examine.ts';
import { edit, type Fault, move, type Planting, remove, script, zero } from '../support/faults/plant.ts';
import { environment } from '../support/grub/writable-disk.ts';
import { type SeparateBootMachine, withSeparateBoot } from '../support/separate-boot.ts';

const release = '6.17.1-300.fc44.x86_64';
const test = suite('doctor on a machine that runs, with a separate /boot');

/** Runs a script and then the doctor. */
async function examine({ sh }: SeparateBootMachine, before = 'true'): Promise<DoctorData> {
  return readDoctor(await sh(`${before}; be-hook doctor --json`));
}

const fault = (title: string, check: string, of: string | null, plant: Planting): Fault => ({
  title,
  check,
  of,
  plant,
});
const kept = (kind: string): string =>
  `for file in "$1"/be-hook/${kind}*; do cp -p "$file" "$1/$(basename "$file").old"; `;
const putBack = 'for file in "$1"/*.old; do mv "$file" "$1/be-hook/$(basename "$file" .old)"; done';

/** Faults below /boot. */
const faultsOfBoot: readonly Fault[] = [
  fault(
    'another content of a copy',
    'kept-content',
    'next',
    script(`${kept('vmlinuz')} sed -i s/KERNEL/KERNXX/ "$file"; done`, putBack),
  ),
  fault(
    'a copy of zeros',
    'kernel-content',
    'be1',
    script(`${kept('initramfs')} truncate -s 0 "$file"; head -c 13600 /dev/zero >"$file"; done`, putBack),
  ),
  fault('a missing copy', 'menu-files', 'next', script(`${kept('initramfs')} rm "$file"; done`, putBack)),
  fault(
    'a copy and its source that are missing',
    'kernel-files',
    'next',
    script(
      `${kept('initramfs')} rm "$file"; done; mv "$1/initramfs-${release}.img" "$1/moved"`,
      `${putBack}; mv "$1/moved" "$1/initramfs-${release}.img"`,
    ),
  ),
  fault(
    'copies that all users can replace',
    'layout',
    'be1',
    script('chmod o+w "$1/be-hook"', 'chmod o-w "$1/be-hook"'),
  ),
  fault('a missing menu', 'menu', null, remove('grub2/be-hook.cfg')),
  fault('a menu of zeros', 'menu', null, zero('grub2/be-hook.cfg')),
  fault(
    'a grub.cfg that does not load the menu',
    'menu-current',
    null,
    edit('grub2/grub.cfg', () => 'set timeout=5\n'),
  ),
  fault(
    'a default that the menu does not have',
    'distribution-default',
    null,
    edit('grub2/grubenv', () => environment('saved_entry=another')),
  ),
];

/** Faults below the top of the btrfs. */
const faultsOfRoots: readonly Fault[] = [
  fault(
    'a device that is missing',
    'devices',
    'next',
    edit('be-hook/next/root/etc/fstab', (text) => `${text}UUID=ABCD-1234 /boot/efi vfat umask=0077 0 2\n`),
  ),
  fault(
    'another /boot',
    'layout',
    'next',
    edit('be-hook/next/root/etc/fstab', (text) =>
      text.replace(/UUID=\S+ \/boot /, 'UUID=6a2f7f3c-5d0c-4c3b-9f0c-1d8e5f0a7b11 /boot '),
    ),
  ),
  fault('no modules', 'kernels', 'next', move(`be-hook/next/root/usr/lib/modules/${release}`, 'gone')),
];

test('finds each planted fault, and nothing on a healthy machine', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    const made = await machine.sh('be-hook setup --yes && be-hook create next');
    assert.is(made.status, 0, made.stderr);
    assert.equal((await examine(machine)).findings, []);
    const look = (): Promise<DoctorData> => examine(machine);
    assert.equal(await plantAll(machine.boot.top, faultsOfBoot, look), []);
    assert.equal(await plantAll(machine.fs.top, faultsOfRoots, look), []);
    const late = await examine(machine, 'mkdir -p /var/lib/be-hook; echo why >/var/lib/be-hook/needs-sync');
    assert.equal(
      late.findings.map(({ check }) => check),
      ['last-sync'],
    );
  });
});

test('repairs what a sync can repair, and tells the rest', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    const beHook = async (words: string): Promise<number> => (await machine.sh(`be-hook ${words}`)).status;
    assert.is(await beHook('setup --yes'), 0);
    assert.is(await beHook('create next'), 0);
    await machine.sh('rm /boot/grub2/be-hook.cfg; sed -i s/KERNEL/KERNXX/ /boot/be-hook/vmlinuz*');
    assert.is(await beHook('doctor'), 82);

    assert.is(await beHook('doctor --repair'), 0);
    assert.equal((await examine(machine)).findings, []);

    await machine.sh(`rm /boot/initramfs-${release}.img /boot/be-hook/initramfs*`);
    assert.is(await beHook('doctor --repair'), 82);
    const messages = (await examine(machine)).findings.map(({ message }) => message).join('\n');
    assert.match(messages, `“next”: /boot/be-hook/initramfs-${release}`);
  });
});

test('reports a kernel whose image was deleted everywhere, and the menu omits it', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    assert.is((await machine.sh('be-hook setup --yes && be-hook create next')).status, 0);
    const images = '/boot/vmlinuz-* /boot/be-hook/vmlinuz-* /usr/lib/modules/*/vmlinuz /mnt/usr/lib/modules/*/vmlinuz';
    await machine.sh(`be-hook mount next /mnt && rm ${images}`);

    const { findings } = await examine(machine);
    const listed = await machine.sh('be-hook list');

    const lost = findings.filter(({ check }) => check === 'kernel-files');
    assert.equal(lost.map(({ environment }) => environment).sort(), ['be1', 'next']);
    for (const { message } of lost) assert.match(message, `/boot/be-hook/vmlinuz-${release}-`);
    assert.is(findings.filter(({ check }) => check === 'kernels').length, 3, 'of the machine and of both environments');
    assert.not.match(listed.stdout, / ok$/m);
  });
});

test('finds unsigned kernels while Secure Boot is on', async () => {
  await withSeparateBoot('ext4', [release], async (machine) => {
    assert.is((await machine.sh('be-hook setup --yes')).status, 0);
    const variable = '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';
    const examineWith = async (value: 0 | 1): Promise<readonly (string | null)[]> => {
      const firmware = 'mount -t tmpfs none /sys/firmware; mkdir -p /sys/firmware/efi/efivars';
      const { findings } = await examine(machine, `${firmware}; printf '\\006\\0\\0\\0\\${value}' >${variable}`);
      return findings.filter(({ check }) => check === 'secure-boot').map(({ environment }) => environment);
    };
    assert.equal([await examineWith(0), await examineWith(1)], [[], ['be1']]);
  });
});

test.run();
