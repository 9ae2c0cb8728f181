import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Ended, inBubble, rootOf } from '../support/bubble.ts';
import { fedoraPrograms } from '../support/fedora-machine.ts';
import { addModules, type SeparateBootMachine, withSeparateBoot } from '../support/separate-boot.ts';
import { type Loaded, loadedByEntry } from '../support/separate-boot-entries.ts';

const [older, newer] = ['6.17.1-300.fc44.x86_64', '6.18.2-300.fc44.x86_64'];

/** Writes an initramfs that names the system in which it was made. */
const dracut = `#!/bin/sh
set -e
case $1 in
add) yes "INITRD $(cat /etc/label) $2" | head -n 400 >/tmp/initramfs && cp /tmp/initramfs "/boot/initramfs-$2.img" ;;
remove) rm -f "/boot/initramfs-$2.img" ;;
esac
`;

const files = { ...fedoraPrograms, '/usr/lib/kernel/install.d/50-dracut.install': { text: dracut, mode: 0o755 } };

/** The root of each environment, and what its files say. */
const roots = { be1: '@be1', next: 'be-hook/next/root' } as const;

type Name = keyof typeof roots;

/** Runs a script in an environment as if the machine had booted it, with /boot mounted. */
async function runIn({ fs, boot }: SeparateBootMachine, name: Name, script: string): Promise<Ended> {
  const mounted = 'mount -t "$1" -- "$2" /boot && exec sh -c "$3"';
  const words = ['sh', '-c', mounted, 'sh', boot.type, boot.device, script];
  const ended = await inBubble(rootOf(fs, roots[name]), words, { files });
  assert.is(ended.status, 0, ended.stdout + ended.stderr);
  assert.not.match(ended.stderr, 'be-hook:');
  return ended;
}

/** What rpm and kernel-install do for a kernel package. */
async function install(machine: SeparateBootMachine, name: Name, release: string): Promise<void> {
  const root = join(machine.fs.top, roots[name]);
  await writeFile(join(root, 'etc/label'), `${name}\n`);
  await addModules(root, release, name);
  await runIn(machine, name, `kernel-install add ${release} /usr/lib/modules/${release}/vmlinuz`);
}

const erase = (machine: SeparateBootMachine, name: Name, release: string): Promise<Ended> =>
  runIn(machine, name, `kernel-install remove ${release} && rm -r /usr/lib/modules/${release} && be-hook sync`);

const of = (name: Name, release: string, label: string = name): Loaded => ({
  kernel: `KERNEL ${label} ${release}`,
  initrd: `INITRD ${label} ${release}`,
  root: roots[name],
});

/** Two environments: be1 is active, and next is its copy. */
async function withTwo(body: (machine: SeparateBootMachine) => Promise<void>): Promise<void> {
  await withSeparateBoot('ext4', [older], async (machine) => {
    await runIn(machine, 'be1', 'be-hook setup --yes && be-hook create next');
    await body(machine);
  });
}

const test = suite('kernel-install on a separate /boot');

test('an installation in one environment overwrites no kernel of another one', async () => {
  await withTwo(async (machine) => {
    await install(machine, 'be1', newer);
    await install(machine, 'next', newer);

    assert.equal(await loadedByEntry(machine), {
      [`be1 ${newer}`]: of('be1', newer),
      [`be1 ${older}`]: of('be1', older),
      [`next ${newer}`]: of('next', newer),
      [`next ${older}`]: of('next', older, 'be1'),
    });
  });
});

test('an erased kernel still boots in the other environment', async () => {
  await withTwo(async (machine) => {
    await install(machine, 'be1', newer);
    await install(machine, 'next', newer);
    await erase(machine, 'next', older);
    await erase(machine, 'be1', newer);

    assert.equal(await loadedByEntry(machine), {
      [`be1 ${older}`]: of('be1', older),
      [`next ${newer}`]: of('next', newer),
    });
  });
});

test('a regenerated initramfs is that of the running environment only', async () => {
  await withTwo(async (machine) => {
    await writeFile(join(machine.fs.top, '@be1/etc/label'), 'again\n');
    await runIn(machine, 'be1', `sh /usr/lib/kernel/install.d/50-dracut.install add ${older} && be-hook sync`);

    assert.equal(await loadedByEntry(machine), {
      [`be1 ${older}`]: { ...of('be1', older), initrd: `INITRD again ${older}` },
      [`next ${older}`]: of('next', older, 'be1'),
    });
  });
});

test('options that grub2-mkconfig or grubby writes into all entries change the running environment only', async () => {
  await withTwo(async (machine) => {
    await runIn(machine, 'next', 'grubby --update-kernel=ALL --args=nomodeset && be-hook sync');
    await runIn(machine, 'be1', 'be-hook sync');

    const menu = (await machine.json('menu')) as { entries: readonly { be: string; options: string }[] };
    assert.equal(
      menu.entries.map(({ be, options }) => [be, options.split(' ').slice(3)]),
      [
        ['be1', ['quiet']],
        ['next', ['quiet', 'nomodeset']],
      ],
    );
  });
});

test('a default that another environment recorded does not change the default kernel of the active one', async () => {
  await withTwo(async (machine) => {
    await install(machine, 'next', newer);
    assert.match(await readFile(join(machine.boot.top, 'grub2/grubenv'), 'utf8'), `saved_entry=`);

    const loaded = await loadedByEntry(machine);
    assert.equal(Object.keys(loaded), [`be1 ${older}`, `next ${newer}`, `next ${older}`]);
    const { default: chosen } = (await machine.json('menu')) as { default: string };
    assert.is(chosen, `be-hook:be1:${older}`);
  });
});

test.run();
