import { rm } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { withHookMachine } from '../support/hook-machine.ts';

const test = suite('a running machine');
test('a file that may not be written is no unexpected error, and its path is the one that people know', async () => {
  await withHookMachine(async (machine) => {
    await rm(machine.path('boot/grub/be-hook.cfg'));
    await tool('chattr', ['+i', machine.path('boot/grub')]);
    try {
      const { stderr } = await machine.run(['be-hook', 'sync']);
      assert.not.match(stderr, 'unexpected');
      assert.not.match(stderr, '/proc/');
    } finally {
      await tool('chattr', ['-i', machine.path('boot/grub')]);
    }
  });
});
test('be-hook menu shows nothing of ours when the home that GRUB starts from has no menu', async () => {
  await withHookMachine(async (machine) => {
    await rm(machine.path('boot/grub/be-hook.cfg'));
    const { stdout, stderr } = await machine.run(['be-hook', 'menu']);
    assert.is(stdout, '', stderr);
  });
});
test('a directory of the environment that is bind-mounted elsewhere is not its mountpoint', async () => {
  await withHookMachine(async (machine) => {
    const data = (await machine.json('list')) as { environments: { mountpoints: string[] }[] };
    assert.equal(data.environments[0]?.mountpoints, ['/']);
  });
});
test('help for a command that does not exist is refused', async () => {
  await withHookMachine(async (machine) => {
    assert.is((await machine.run(['be-hook', 'help', 'snyc'])).status, 64);
  });
});
test('one failure of one kernel-install is one line', async () => {
  await withHookMachine(async (machine) => {
    await machine.write('etc/be-hook/be-hook.conf', 'nonsense\n');
    const { stderr } = await machine.run(['kernel-install', 'remove', '6.1.0-1']);
    assert.is(stderr.match(/^be-hook: /gm)?.length, 1, stderr);
  });
});
test('without any of the tools of GRUB the menu is made all the same', async () => {
  await withHookMachine(async (machine) => {
    await rm(machine.path('boot/grub/be-hook.cfg'));
    await rm(machine.path('boot/vmlinuz-6.1.0-1'));

    const ended = await machine.run(['be-hook', 'sync'], {
      without: ['/usr/sbin/grub-mkconfig', '/usr/bin/grub-script-check'],
    });

    assert.is(ended.status, 0, ended.stderr);
    assert.match(await machine.read('boot/grub/be-hook.cfg'), 'menuentry');
  });
});

test.run();
