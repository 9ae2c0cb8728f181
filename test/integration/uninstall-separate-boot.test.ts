import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fingerprint } from '../support/full-boot.ts';
import { header } from '../support/grub/distribution-scripts.ts';
import { bootFile } from '../support/root-tree.ts';
import {
  addKernel,
  addModules,
  bootMachineId,
  type SeparateBootMachine,
  withSeparateBoot,
} from '../support/separate-boot.ts';

const [older, newer] = ['6.1.0-1-amd64', '6.10.0-2-amd64'];

const test = suite('uninstall on a separate /boot without BLS entries');

async function beHook({ sh }: SeparateBootMachine, words: string): Promise<void> {
  const { status, stdout, stderr } = await sh(`be-hook ${words}`);
  assert.is(status, 0, `be-hook ${words}: ${stdout}${stderr}`);
}

/** A grub.cfg that grub-mkconfig made in a root, as on Debian (util/grub.d/10_linux.in). */
function menuOf({ boot, fs }: SeparateBootMachine, releases: readonly string[], subvolume = '@be1'): string {
  const entries = releases.map(
    (release) =>
      `menuentry 'Debian, with Linux ${release}' --id 'gnulinux-${release}-advanced' {\n` +
      `\tsearch --no-floppy --fs-uuid --set=root ${boot.uuid}\n` +
      `\tlinux\t/vmlinuz-${release} root=UUID=${fs.uuid} ro rootflags=subvol=${subvolume}  quiet\n` +
      `\tinitrd\t/initrd.img-${release}\n}\n`,
  );
  const section = (name: string, text: string): string =>
    `### BEGIN /etc/grub.d/${name} ###\n${text}### END /etc/grub.d/${name} ###\n`;
  const windows = "menuentry 'Windows' --id 'osprober-efi-1A2B-3C4D' {\n\tlinux /none\n}\n";
  return section('00_header', header()) + section('10_linux', entries.join('')) + section('30_os-prober', windows);
}

/** Adds a kernel as on Debian, and makes the menu anew. */
async function addToMenu(machine: SeparateBootMachine, release: string, all: readonly string[]): Promise<void> {
  const { boot, fs } = machine;
  await addModules(machine.path(''), release);
  await addKernel(boot.top, release, fs.uuid);
  await rename(join(boot.top, `initramfs-${release}.img`), join(boot.top, `initrd.img-${release}`));
  await rm(join(boot.top, `loader/entries/${bootMachineId}-${release}.conf`));
  await machine.writeBoot('grub2/grub.cfg', menuOf(machine, all));
}

/** What GRUB loads without a key press, by the contents of the files, and the options. */
async function booted(machine: SeparateBootMachine): Promise<readonly string[]> {
  const run = await machine.grub();
  const [image = '', ...options] = run.booted?.linux ?? [];
  const files = [image, ...(run.booted?.initrd ?? [])].map((path) => join(machine.boot.top, path));
  const texts = await Promise.all(files.map((path) => readFile(path, 'utf8')));
  return [...texts.map((text) => text.split('\n')[0] ?? ''), options.join(' ')];
}

/** A machine with the environments be1 and next, both with the older kernel. */
async function withDebian(body: (machine: SeparateBootMachine) => Promise<void>): Promise<void> {
  await withSeparateBoot('ext4', [], async (machine) => {
    await machine.write('etc/default/grub', 'GRUB_CMDLINE_LINUX="quiet"\nGRUB_TERMINAL=console\n');
    await rm(machine.path('etc/kernel/cmdline'));
    await addToMenu(machine, older, [older]);
    await beHook(machine, 'setup --yes');
    await beHook(machine, 'create next');
    await body(machine);
  });
}

const optionsOf = (machine: SeparateBootMachine, subvolume: string): string =>
  `root=UUID=${machine.fs.uuid} ro rootflags=subvol=${subvolume} quiet`;

/** Gives be1 another initramfs for the kernel that both environments have. */
async function changeInitramfs(machine: SeparateBootMachine): Promise<void> {
  await writeFile(join(machine.boot.top, `initrd.img-${older}`), bootFile('INITRD', 'again', older));
  await beHook(machine, 'sync');
}

test('boots the active environment, which grub.cfg does not name', async () => {
  await withDebian(async (machine) => {
    await changeInitramfs(machine);
    await addToMenu(machine, newer, [newer, older]);
    await beHook(machine, 'sync');
    await beHook(machine, 'activate next');
    await beHook(machine, 'uninstall');
    const expected = [`KERNEL be1 ${older}`, `INITRD be1 ${older}`, optionsOf(machine, 'be-hook/next/root')];
    assert.equal(await booted(machine), expected);
    assert.match(await machine.readBoot('grub2/grub.cfg'), 'osprober-efi');
    assert.is(await machine.readBoot('grub2/be-hook.cfg'), '');

    await beHook(machine, 'uninstall');
    assert.equal(await booted(machine), expected, 'also after a second uninstall');

    await beHook(machine, 'setup --yes');
    await beHook(machine, 'activate be1');
    await beHook(machine, 'uninstall');
    assert.is(await machine.readBoot('grub2/grub.cfg'), menuOf(machine, [newer, older]));
    assert.equal(await booted(machine), [`KERNEL be1 ${newer}`, `INITRD be1 ${newer}`, optionsOf(machine, '@be1')]);
  });
});

test('leaves a grub.cfg that boots the active environment, and restores its files', async () => {
  await withDebian(async (machine) => {
    await changeInitramfs(machine);
    await beHook(machine, 'activate next');
    const menu = menuOf(machine, [older], 'be-hook/next/root');
    await machine.writeBoot('grub2/grub.cfg', menu);
    await beHook(machine, 'sync');
    await beHook(machine, 'uninstall');
    assert.is(await machine.readBoot('grub2/grub.cfg'), menu);
    const expected = [`KERNEL be1 ${older}`, `INITRD be1 ${older}`, optionsOf(machine, 'be-hook/next/root')];
    assert.equal(await booted(machine), expected);
    assert.is(await machine.readBoot(`initramfs-${older}.img`), '', 'the distribution has another name for it');
  });
});

for (const [what, hide] of [
  ['is read-only', 'mount -o remount,ro /boot'],
  ['is not mounted', 'umount /boot'],
] as const) {
  test(`refuses to uninstall while /boot ${what}`, async () => {
    await withDebian(async (machine) => {
      const before = await fingerprint(machine);

      const { status, stderr } = await machine.sh(
        `${hide} && be-hook uninstall; status=$?; mount -o remount,rw /boot; exit $status`,
      );

      assert.is(status, 78, stderr);
      assert.match(stderr, 'it may be read-only, or not mounted on /boot');
      assert.is(await fingerprint(machine), before);
      await beHook(machine, 'uninstall');
      assert.is(await machine.readBoot('grub2/be-hook.cfg'), '');
    });
  });
}

test('removes everything but a be-hook.cfg that it cannot remove, and says so', async () => {
  await withDebian(async (machine) => {
    await beHook(machine, 'activate next');
    await machine.sh('rm /boot/grub2/be-hook.cfg; mkdir /boot/grub2/be-hook.cfg');

    const { status, stderr } = await machine.sh('be-hook uninstall');

    assert.is(status, 73, stderr);
    assert.match(stderr, 'cannot remove the files of be-hook in /boot/grub2: cannot write /boot/grub2/be-hook.cfg');
    assert.match(stderr, 'then run: be-hook uninstall\n');
    assert.not.match(await machine.readBoot('grub2/grub.cfg'), 'be-hook: begin');
    assert.is((await machine.sh('ls /etc/grub.d/99_be-hook')).status, 2, 'the script is removed');
    assert.is((await machine.sh('be-hook uninstall')).status, 73, 'until the file is gone');
    assert.match((await machine.sh('be-hook setup --yes')).stderr, 'then run: be-hook setup\n');
    await machine.sh('rmdir /boot/grub2/be-hook.cfg');
    await beHook(machine, 'uninstall');
  });
});

test.run();
