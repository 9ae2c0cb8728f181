import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub20 } from '../support/distributions/fedora-20-grub.ts';
import { setBootEntry } from '../support/distributions/fedora-set-boot-entry.ts';
import { type FedoraMachine, grubenvFile, machineId, withFedoraMachine } from '../support/fedora-machine.ts';
import { bootedWords } from '../support/grub/boot.ts';
import { grubTools } from '../support/grub/versions.ts';
import { withHookMachine } from '../support/hook-machine.ts';

const test = suite("the saved entry of Fedora's tools");

const kernels = ['7.2.12-1', '7.1.4-1'] as const;
const id = (release: string): string => `be-hook:be1:${release}`;

/** Runs a command in the machine and then `be-hook sync`, like be-hook.service. */
async function afterwards(machine: FedoraMachine, command: string): Promise<void> {
  const ended = await machine.sh(`set -e\n${command}\nbe-hook sync\n`);
  assert.is(ended.status, 0, ended.stderr);
}

/** The default entry, both in the output of be-hook and in GRUB. */
async function boots(machine: FedoraMachine, release: string): Promise<void> {
  assert.is(await machine.standard(), id(release));
  assert.is(await machine.chosen(), id(release));
}

async function warnings(machine: FedoraMachine): Promise<string> {
  const { status, stderr } = await machine.run(['be-hook', 'status']);
  assert.is(status, 0, stderr);
  return stderr;
}

test('selects the default kernel, whichever tool wrote it', async () => {
  await withFedoraMachine(kernels, ['boot_success=1'], async (machine) => {
    await afterwards(machine, 'be-hook setup --yes');
    await boots(machine, '7.2.12-1');
    await afterwards(machine, 'grubby --set-default=/@be1/boot/vmlinuz-7.1.4-1');
    await boots(machine, '7.1.4-1');
    await afterwards(machine, 'grubby --set-default-index=0');
    await boots(machine, '7.2.12-1');
    await afterwards(machine, `grub2-set-default ${machineId}-7.1.4-1`);
    await boots(machine, '7.1.4-1');
    await afterwards(machine, "grub2-set-default 'Fedora Linux (7.2.12-1)'");
    await boots(machine, '7.2.12-1');
    assert.is(await warnings(machine), '');
  });
});

test('is ignored if it names another system, and status reports that', async () => {
  await withFedoraMachine(kernels, [], async (machine) => {
    await afterwards(machine, 'be-hook setup --yes\ngrub2-set-default osprober-efi-1A2B-3C4D');
    await boots(machine, '7.2.12-1');
    assert.match(
      await warnings(machine),
      /warning: saved_entry in \/@be1\/boot\/grub2\/grubenv names “osprober-efi-1A2B-3C4D”, .* boots “be1: .*, Linux 7\.2\.12-1” by default; press Esc .*grub2-set-default/,
    );
    await afterwards(machine, 'grubby --set-default-index=1');
    await boots(machine, '7.1.4-1');
    assert.is(await warnings(machine), '');
  });
});

test('is respected by the hook for a new default kernel, but not a debug kernel', async () => {
  await withFedoraMachine(kernels, [], async (machine) => {
    await afterwards(machine, 'be-hook setup --yes');
    for (const [release, standard] of [
      ['7.0.1-1', '7.0.1-1'],
      ['7.3.0-1+debug', '7.0.1-1'],
      ['7.3.0-1', '7.3.0-1'],
    ] as const) {
      await machine.unpackKernel(release);
      const image = `/usr/lib/modules/${release}/vmlinuz`;
      const ended = await machine.run(['kernel-install', 'add', release, image]);
      assert.is(ended.status, 0, ended.stderr);
      await boots(machine, standard);
    }
    await machine.run(['kernel-install', 'remove', '7.3.0-1']);
    await boots(machine, '7.2.12-1');
    assert.match(await warnings(machine), /names “\w{32}-7\.3\.0-1”/);
  });
});

test('is set once for a new kernel when the plugin of Fedora 43 fails', async () => {
  const files = {
    '/usr/lib/kernel/install.d/20-grub.install': { text: grub20('tmp_saved_entry'), mode: 0o755 },
    '/usr/lib/kernel/install.d/95-set-boot-entry.install': { text: setBootEntry, mode: 0o755 },
  };
  await withFedoraMachine(kernels, [`saved_entry=${machineId}-7.1.4-1`, 'boot_success=1'], async (machine) => {
    await afterwards(machine, 'be-hook setup --yes');
    await boots(machine, '7.1.4-1');
    await machine.unpackKernel('7.3.0-1');
    const added = await machine.run(['kernel-install', 'add', '7.3.0-1', '/usr/lib/modules/7.3.0-1/vmlinuz'], {
      files,
    });
    assert.is(added.status, 1);
    assert.match(added.stdout + added.stderr, '/@be1/boot/initramfs-7.3.0-1.img not found');
    await boots(machine, '7.3.0-1');
    const noted = [`saved_entry=${machineId}-7.1.4-1`, 'boot_success=1', `tmp_saved_entry=${machineId}-7.3.0-1`];
    assert.equal(await machine.grubenv(), noted);

    await afterwards(machine, ':');
    assert.equal(await machine.grubenv(), [`saved_entry=${machineId}-7.3.0-1`, 'boot_success=1']);
    assert.is((await machine.read(grubenvFile)).length, 1024);
    await boots(machine, '7.3.0-1');
    const again = await machine.run(['be-hook', 'sync', '--dry-run']);
    assert.equal(again, { status: 0, stdout: '', stderr: '' });
    await afterwards(machine, 'grubby --set-default-index=2');
    await boots(machine, '7.1.4-1');
  });
});

test('reaches the menu through be-hook.service, which then has nothing to do', async () => {
  await withFedoraMachine(kernels, [`tmp_saved_entry=${machineId}-7.1.4-1`], async (machine) => {
    await afterwards(machine, 'be-hook setup --yes');
    const settled = async (): Promise<string> => {
      const ended = await machine.run(['/bin/sh', '/usr/lib/be-hook/settle']);
      assert.equal(ended, { status: 0, stdout: '', stderr: '' });
      const files = ['be-hook.cfg', 'grub.cfg', 'grubenv'].map((name) => `/boot/grub2/${name}`);
      return (await machine.run(['stat', '-c', '%n %i %z', ...files, '/boot/loader/entries'])).stdout;
    };
    await settled();
    await boots(machine, '7.1.4-1');
    await machine.run(['grubby', '--set-default-index=0']);
    const first = await settled();
    await boots(machine, '7.2.12-1');
    assert.is(await settled(), first);
  });
});

test('follows the real grub-set-default in a menu of the real grub-mkconfig', async () => {
  await withHookMachine(async (machine) => {
    const settings = await machine.read('etc/default/grub');
    await machine.write('etc/default/grub', `GRUB_DEFAULT=saved\n${settings}`);
    const chosen = async (value: string): Promise<string | undefined> => {
      const ended = await machine.run(['sh', '-ec', 'grub-set-default "$1" && be-hook sync', 'sh', value]);
      assert.is(ended.status, 0, ended.stderr);
      await machine.fs.sync();
      const grub = { tools: await grubTools('2.06'), images: machine.fs.images, menuDirectory: '/@be1/boot/grub' };
      return (await bootedWords(grub)).booted?.chosen;
    };
    await machine.run(['grub-mkconfig', '-o', '/boot/grub/grub.cfg']);
    const text = await machine.read('boot/grub/grub.cfg');
    const find = (like: RegExp): string => like.exec(text)?.[1] ?? '';
    const submenu = find(/^submenu .* '(gnulinux-advanced-[^']*)'/m);
    const entry = find(/'(gnulinux-6\.1\.0-1-advanced-[^']*)'/);
    const recovery = find(/'(gnulinux-6\.1\.0-1-recovery-[^']*)'/);
    assert.is(await chosen(`${submenu}>${entry}`), 'be-hook:be1:6.1.0-1');
    assert.is(await chosen(`${submenu}>${recovery}`), 'be-hook:be1:6.1.0-2');
    assert.is(await chosen(`1>${find(/'([^']*with Linux 6\.1\.0-1)'/)}`), 'be-hook:be1:6.1.0-1');
    assert.is(await chosen(find(/^menuentry '([^']*)'/m)), 'be-hook:be1:6.1.0-2');
  });
});

test.run();
