import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BubbleOptions, Ended } from '../support/bubble.ts';
import { checkMenu } from '../support/check-menu.ts';
import { tool } from '../support/guest/tool.ts';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';

const test = suite('hooks that fail');

const note = 'var/lib/be-hook/needs-sync';
const withNew = {
  default: 'be-hook:be1:6.9.0-1',
  kernels: { be1: ['6.1.0-1', '6.1.0-2', '6.9.0-1'], be2: ['6.1.0-1'] },
};

async function add(machine: HookMachine, release: string, options: BubbleOptions = {}): Promise<Ended> {
  await machine.unpackKernel(release);
  return machine.run(['kernel-install', 'add', release, `/usr/lib/modules/${release}/vmlinuz`], options);
}

/** Checks that the transaction can continue, and that exactly one line, which matches `words`, reports the failure. */
async function assertSaid(machine: HookMachine, ended: Ended, words: RegExp): Promise<void> {
  assert.is(ended.status, 0);
  assert.not.match(ended.stdout, 'be-hook');
  const lines = ended.stderr.split('\n').filter((line) => !line.startsWith('depmod: ') && line !== '');
  assert.is(lines.length, 1, ended.stderr);
  assert.match(lines[0] ?? '', /^be-hook: the boot menu is out of date: /);
  assert.match(lines[0] ?? '', words);
  assert.match(await machine.read(note), words);
}

/** Checks that the hook printed nothing, and that no sync is necessary any more. */
async function assertRepaired(machine: HookMachine, ended: Ended): Promise<void> {
  assert.is(ended.status, 0, ended.stderr);
  assert.not.match(ended.stderr, 'be-hook');
  assert.is(await machine.read(note), '');
  await checkMenu(machine, withNew);
}

test('do not block a kernel without Node; the next transaction repairs the menu', async () => {
  await withHookMachine(async (machine) => {
    const menu = await machine.read('boot/grub/be-hook.cfg');
    const ended = await add(machine, '6.9.0-1', { without: ['/usr/bin/node'] });
    await assertSaid(machine, ended, /Node\.js 20\.19 or newer is missing/);
    assert.is(await machine.read('boot/grub/be-hook.cfg'), menu);
    const status = (await machine.json('status')) as { needsSync: string | null };
    assert.match(status.needsSync ?? '', 'Node.js 20.19 or newer is missing');
    await assertRepaired(machine, await machine.run(['/usr/lib/be-hook/posttrans']));
  });
});

test('report a crash of Node in one line', async () => {
  await withHookMachine(async (machine) => {
    const text = '#!/bin/sh\nif [ "$1" = --version ]; then echo v22.0.0; else kill -9 $$; fi\n';
    const files = { '/usr/bin/node': { text, mode: 0o755 } };
    const ended = await add(machine, '6.9.0-1', { files });
    assert.is(ended.status, 0);
    assert.match(ended.stderr, /^be-hook: the boot menu is out of date: the program ended early/m);
    assert.match(await machine.read(note), 'the program ended early');
    await assertRepaired(machine, await add(machine, '6.9.0-1'));
  });
});

test('add the kernel to the menu in spite of an error in be-hook.conf', async () => {
  await withHookMachine(async (machine) => {
    await machine.write('etc/be-hook/be-hook.conf', 'max-entries = many\nboot-counting = on\n');
    await assertRepaired(machine, await add(machine, '6.9.0-1'));
    const { stderr } = await machine.run(['be-hook', 'sync']);
    assert.match(stderr, /etc\/be-hook\/be-hook\.conf, line 1: “many” is not a value of max-entries/);
    assert.match(stderr, /line 2: “boot-counting = on” is not a setting of be-hook; using the default/);
  });
});

test('report an unwritable GRUB directory of another environment, and continue', async () => {
  await withHookMachine(async (machine) => {
    const home = `${machine.fs.top}/@be2/boot/grub`;
    await tool('chattr', ['+i', home]);
    try {
      const ended = await add(machine, '6.9.0-1');
      assert.is(ended.status, 0);
      assert.match(ended.stderr, /^be-hook: cannot update the menu in the GRUB directory of “be2”: .*EPERM/m);
      assert.match(await machine.read('boot/grub/be-hook.cfg'), '6.9.0-1');
      assert.not.match(await machine.read('boot/grub/be-hook.cfg', '@be2'), '6.9.0-1');
    } finally {
      await tool('chattr', ['-i', home]);
    }
    await assertRepaired(machine, await machine.run(['/usr/lib/be-hook/posttrans']));
  });
});

test('name a missing program', async () => {
  await withHookMachine(async (machine) => {
    const ended = await add(machine, '6.9.0-1', { without: ['/usr/bin/btrfs'] });
    await assertSaid(machine, ended, /cannot find the program btrfs/);
    await assertRepaired(machine, await machine.run(['be-hook', 'sync']));
  });
});

test('wait for another be-hook process that holds the lock', async () => {
  await withHookMachine(async (machine) => {
    await machine.unpackKernel('6.9.0-1');
    const script = `
flock /run/be-hook.lock sleep 3 &
sleep 0.2
kernel-install add 6.9.0-1 /usr/lib/modules/6.9.0-1/vmlinuz
status=$?
wait
exit $status`;
    await assertRepaired(machine, await machine.sh(script));
  });
});

test.run();
