import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tunedInstall, tunedProfile } from '../support/distributions/tuned.ts';
import { entryPath, type FedoraMachine, withFedoraMachine } from '../support/fedora-machine.ts';
import { bootedWordsOf } from '../support/grub/boot.ts';
import { grubTools } from '../support/grub/versions.ts';
import { bootFile } from '../support/root-tree.ts';

const test = suite('boot loader entries that Fedora tools edit');

const kernels = ['7.2.12-1', '7.1.4-1'] as const;

/** Runs a command in the machine, and `be-hook sync` after it, as be-hook.service does. */
async function afterwards(machine: FedoraMachine, command: string, ...words: readonly string[]): Promise<void> {
  const ended = await machine.run(['sh', '-ec', `${command}\nbe-hook sync`, 'sh', ...words]);
  assert.is(ended.status, 0, ended.stderr);
}

/** The options and the initrds that the real GRUB passes to a kernel. */
async function handed(machine: FedoraMachine, release: string): Promise<readonly [string, readonly string[]]> {
  await machine.fs.sync();
  const grub = { tools: await grubTools('2.06'), images: machine.fs.images, menuDirectory: '/@be1/boot/grub2' };
  const { booted } = await bootedWordsOf(grub, `be-hook:be1:${release}`);
  return [booted?.linux.slice(4).join(' ') ?? '', booted?.initrd ?? []];
}

test('bring the arguments that grubby sets, for one kernel or all, into the menu', async () => {
  await withFedoraMachine(kernels, [], async (machine) => {
    await afterwards(machine, 'be-hook setup --yes\ngrubby --update-kernel=1 --args="debug loglevel=7"');
    assert.is((await handed(machine, '7.1.4-1'))[0], 'quiet debug loglevel=7');
    assert.is((await handed(machine, '7.2.12-1'))[0], 'quiet');
    assert.match(await machine.read('etc/kernel/cmdline'), / quiet\n$/);
    await afterwards(machine, 'grubby --update-kernel=ALL --args=loglevel=3');
    assert.is((await handed(machine, '7.1.4-1'))[0], 'quiet debug loglevel=3');
    assert.is((await handed(machine, '7.2.12-1'))[0], 'quiet loglevel=3');
    assert.match(await machine.read('etc/kernel/cmdline'), / quiet loglevel=3\n$/);
    assert.match(await machine.read('etc/default/grub'), 'GRUB_CMDLINE_LINUX="quiet loglevel=3"');
  });
});

test('pass the arguments and initrd of tuned to the kernel; a copy has its own initrd', async () => {
  const files = { '/usr/lib/kernel/install.d/92-tuned.install': { text: tunedInstall, mode: 0o755 } };
  await withFedoraMachine(kernels, [], async (machine) => {
    await machine.write('etc/tuned/bootcmdline', '');
    await machine.write('boot/tuned.img', bootFile('INITRD', 'tuned', 'x'));
    await afterwards(machine, 'be-hook setup --yes');
    await machine.unpackKernel('7.3.0-1');
    await machine.run(['kernel-install', 'add', '7.3.0-1', '/usr/lib/modules/7.3.0-1/vmlinuz'], { files });
    assert.match(await machine.read(entryPath('7.1.4-1')), /^initrd .* \$tuned_initrd$/m);
    assert.equal(await handed(machine, '7.3.0-1'), ['quiet', ['/@be1/boot/initramfs-7.3.0-1.img']]);
    await afterwards(machine, tunedProfile, 'isolcpus=1 nohz=on', '/@be1/boot/tuned.img');
    const own = (root: string): readonly string[] => [`/${root}/boot/initramfs-7.1.4-1.img`, `/${root}/boot/tuned.img`];
    assert.equal(await handed(machine, '7.1.4-1'), ['quiet isolcpus=1 nohz=on', own('@be1')]);
    await afterwards(machine, 'be-hook create next');
    const { entries } = (await machine.json('menu')) as {
      entries: { be: string; release: string; initrds: string[] }[];
    };
    const copied = entries.find(({ be, release }) => be === 'next' && release === '7.1.4-1');
    assert.equal(copied?.initrds, own('be-hook/next/root'));
  });
});

test.run();
