import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ended } from '../support/bubble.ts';
import { checkMenu } from '../support/check-menu.ts';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';

const test = suite('kernel-install with the plugin');

const be2 = ['6.1.0-1'];
const unchanged = { default: 'be-hook:be1:6.1.0-2', kernels: { be1: ['6.1.0-1', '6.1.0-2'], be2 } };
const withNew = { default: 'be-hook:be1:6.9.0-1', kernels: { be1: ['6.1.0-1', '6.1.0-2', '6.9.0-1'], be2 } };

const image = (release: string): string => `/usr/lib/modules/${release}/vmlinuz`;

async function add(machine: HookMachine, release: string): Promise<Ended> {
  await machine.unpackKernel(release);
  return machine.run(['kernel-install', 'add', release, image(release)]);
}

/** The lines of the output that be-hook printed. */
function ours({ stdout, stderr }: Ended): readonly string[] {
  return `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('be-hook'));
}

function assertQuiet(ended: Ended): void {
  assert.equal([ended.status, ours(ended)], [0, []], ended.stderr);
}

test('makes a new kernel the default in every GRUB directory', async () => {
  await withHookMachine(async (machine) => {
    await checkMenu(machine, unchanged);
    assertQuiet(await add(machine, '6.9.0-1'));
    await checkMenu(machine, withNew);
  });
});

test('removes a kernel from every menu on disk before it deletes the files', async () => {
  await withHookMachine(async (machine) => {
    assertQuiet(await add(machine, '6.9.0-1'));
    const spy = `#!/bin/sh
[ "$1" = remove ] || exit 0
device=$(findmnt -n -o SOURCE / | sed 's/\\[.*//')
blockdev --flushbufs "$device"
ls /boot/vmlinuz-6.9.0-1 /boot/initramfs-6.9.0-1.img
for home in @be1 @be2; do
  echo "menu of $home"
  grub-fstest "$device" cat "(loop0)/$home/boot/grub/be-hook.cfg"
done
`;
    const files = { '/usr/lib/kernel/install.d/06-spy.install': { text: spy, mode: 0o755 } };
    const ended = await machine.run(['kernel-install', 'remove', '6.9.0-1'], { files });
    assertQuiet(ended);
    assert.match(ended.stdout, '/boot/vmlinuz-6.9.0-1\n');
    assert.match(ended.stdout, '/boot/initramfs-6.9.0-1.img\n');
    const menus = ended.stdout.split(/^menu of .*\n/m).slice(1);
    assert.equal(menus.length, 2);
    for (const menu of menus) {
      assert.match(menu, /^set default=be-hook:be1:6\.1\.0-2$/m);
      assert.not.match(menu, '6.9.0-1');
    }
    await checkMenu(machine, unchanged);
  });
});

test('writes nothing in a second call for the same kernel', async () => {
  await withHookMachine(async (machine) => {
    assertQuiet(await add(machine, '6.9.0-1'));
    const inspect = `
for file in /boot/grub/* /etc/grub.d/*; do stat -c '%n %i %y %z' "$file"; sha256sum "$file"; done
find /var/lib/be-hook 2>/dev/null || true`;
    const again = `/usr/lib/kernel/install.d/95-be-hook.install add 6.9.0-1 /boot/none ${image('6.9.0-1')}`;
    const ended = await machine.sh(`set -e; ${inspect}; echo ====; ${again}; ${inspect}`);
    const [before, after] = ended.stdout.split('====\n');
    assert.equal([ended.status, after, ended.stderr], [0, before, '']);
    assertQuiet(await add(machine, '6.9.0-1'));
    await checkMenu(machine, withNew);
  });
});

test('makes the newer kernel by rpm order the default, whatever was installed last', async () => {
  await withHookMachine(async (machine) => {
    assertQuiet(await add(machine, '6.10.0-1'));
    assertQuiet(await add(machine, '6.9.0-1'));
    const kernels = { be1: ['6.1.0-1', '6.1.0-2', '6.10.0-1', '6.9.0-1'], be2 };
    await checkMenu(machine, { default: 'be-hook:be1:6.10.0-1', kernels });
    assertQuiet(await machine.run(['kernel-install', 'remove', '6.10.0-1']));
    await checkMenu(machine, withNew);
  });
});

test('keeps a kernel of the same release in another environment', async () => {
  await withHookMachine(async (machine) => {
    assertQuiet(await machine.run(['kernel-install', 'remove', '6.1.0-1']));
    await checkMenu(machine, { default: 'be-hook:be1:6.1.0-2', kernels: { be1: ['6.1.0-2'], be2 } });
  });
});

test('keeps the menu with the last kernel, and reports that in one line', async () => {
  await withHookMachine(async (machine) => {
    assertQuiet(await machine.run(['kernel-install', 'remove', '6.1.0-1']));
    const menu = await machine.read('boot/grub/be-hook.cfg');
    const ended = await machine.run(['kernel-install', 'remove', '6.1.0-2']);
    assert.is(ended.status, 0);
    assert.ok(ours(ended).length > 0 && new Set(ours(ended)).size === 1, ended.stderr);
    assert.match(ours(ended)[0] ?? '', /cannot boot “be1”: it has no complete kernel/);
    assert.is(await machine.read('boot/grub/be-hook.cfg'), menu);
  });
});

test('adds two kernels that are installed at the same time', async () => {
  await withHookMachine(async (machine) => {
    await machine.unpackKernel('6.9.0-1');
    await machine.unpackKernel('6.8.0-1');
    const ended = await machine.sh(`
kernel-install add 6.9.0-1 ${image('6.9.0-1')} & first=$!
kernel-install add 6.8.0-1 ${image('6.8.0-1')} & second=$!
wait $first && wait $second`);
    assertQuiet(ended);
    const kernels = { be1: ['6.1.0-1', '6.1.0-2', '6.8.0-1', '6.9.0-1'], be2 };
    await checkMenu(machine, { default: 'be-hook:be1:6.9.0-1', kernels });
  });
});

test('ignores a path in place of a kernel version', async () => {
  await withHookMachine(async (machine) => {
    await machine.unpackKernel('6.9.0-1');
    // The menu is out of date on purpose: a hook that checks it would write it.
    await machine.write('boot/grub/be-hook.cfg', '# damaged\n');
    const plugins = ['05', '95'].map((number) => `/usr/lib/kernel/install.d/${number}-be-hook.install`);
    const env = { KERNEL_INSTALL_PLUGINS: plugins.join(' ') };
    for (const version of ['../../x', '..', '/etc/passwd', '']) {
      for (const verb of ['add', 'remove'])
        assertQuiet(await machine.run(['kernel-install', verb, version, image('6.9.0-1')], { env }));
    }
    assert.is(await machine.read('boot/grub/be-hook.cfg'), '# damaged\n');
  });
});

test('does nothing for other verbs, or without a verb', async () => {
  await withHookMachine(async (machine) => {
    // The menu is out of date on purpose: a hook that checks it would write it.
    await machine.write('boot/grub/be-hook.cfg', '# damaged\n');
    for (const words of [[], ['inspect'], ['add-all'], ['list'], ['add', '6.9.0-1'], ['']]) {
      const [verb] = words;
      for (const number of verb === 'add' ? ['05'] : ['05', '95']) {
        const ended = await machine.run([`/usr/lib/kernel/install.d/${number}-be-hook.install`, ...words]);
        assert.equal(ended, { status: 0, stdout: '', stderr: '' }, `${number} ${words.join(' ')}`);
      }
    }
    assert.is(await machine.read('boot/grub/be-hook.cfg'), '# damaged\n');
  });
});

test.run();
