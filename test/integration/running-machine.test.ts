import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { withHookMachine } from '../support/hook-machine.ts';

const test = suite('a running machine');
test('reports a file without write permission by its usual path', async () => {
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
test('be-hook menu shows no entry when the directory that GRUB starts from has no menu', async () => {
  await withHookMachine(async (machine) => {
    await rm(machine.path('boot/grub/be-hook.cfg'));
    const { stdout, stderr } = await machine.run(['be-hook', 'menu']);
    assert.is(stdout, '', stderr);
  });
});
test('lists no bind mount of a directory as a mountpoint of the environment', async () => {
  await withHookMachine(async (machine) => {
    const data = (await machine.json('list')) as { environments: { mountpoints: string[] }[] };
    assert.equal(data.environments[0]?.mountpoints, ['/']);
  });
});
test('refuses help for an unknown command', async () => {
  await withHookMachine(async (machine) => {
    assert.is((await machine.run(['be-hook', 'help', 'snyc'])).status, 64);
  });
});
test('reports one failure of one kernel-install in one line', async () => {
  await withHookMachine(async (machine) => {
    await machine.write('etc/default/grub', 'GRUB_DEFAULT="0\n');
    const { stderr } = await machine.run(['kernel-install', 'remove', '6.1.0-1']);
    assert.is(stderr.match(/^be-hook: /gm)?.length, 1, stderr);
  });
});
test('makes the menu although the EFI system partition is unreadable or has no text', async () => {
  await withHookMachine(async (machine) => {
    await mkdir(machine.path('boot/efi'), { recursive: true });
    await symlink('EFI', machine.path('boot/efi/EFI'));
    await mkdir(machine.path('efi/EFI/fedora'), { recursive: true });
    await writeFile(machine.path('efi/EFI/fedora/grub.cfg'), Buffer.from([0xff, 0xfe, 0x00]));
    await rm(machine.path('boot/vmlinuz-6.1.0-1'));

    const { stderr } = await machine.run(['kernel-install', 'remove', '6.1.0-1']);

    assert.not.match(stderr, 'be-hook');
    assert.not.match(await machine.read('boot/grub/be-hook.cfg'), '/@be1/boot/vmlinuz-6.1.0-1');
  });
});
test("makes the menu without any of GRUB's tools", async () => {
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
