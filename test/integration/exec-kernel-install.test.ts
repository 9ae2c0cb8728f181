import { chmod, copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { type HookMachine, withHookMachine } from '../support/hook-machine.ts';
import { addProgram, addPrograms } from '../support/inner-system.ts';
import { installedFiles } from '../support/installed-program.ts';
import type { MenuData } from '../support/program.ts';

const fixtures = fileURLToPath(new URL('../fixtures/kernel-install/', import.meta.url));

/** Adds kernel-install, its plugins and be-hook to /@be2, and a node that only records that it was started. */
async function addKernelInstall(machine: HookMachine): Promise<string> {
  const root = join(machine.fs.top, '@be2');
  await addPrograms(root);
  for (const name of ['kernel-install', 'mountpoint', 'timeout']) await addProgram(root, name);
  await cp(fixtures, join(root, 'usr/lib/kernel/install.d'), { recursive: true });
  const script = '#!/bin/sh\nif [ "$1" = --version ]; then echo v22.0.0; else echo "$@" >>/node-ran; fi\n';
  const node = { path: 'usr/bin/node', contents: Buffer.from(script), mode: 0o755 };
  const marker = {
    ...node,
    path: 'usr/lib/kernel/install.d/97-marker.install',
    contents: Buffer.from('#!/bin/sh\necho "$1" >>/plugins-ran\n'),
  };
  for (const { path, contents, mode } of [...(await installedFiles()), node, marker]) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), contents);
    await chmod(join(root, path), mode);
  }
  await cp(join(root, 'usr/lib/modules/6.1.0-1'), join(root, 'usr/lib/modules/6.2.0-1'), { recursive: true });
  await copyFile(join(root, 'boot/vmlinuz-6.1.0-1'), join(root, 'usr/lib/modules/6.2.0-1/vmlinuz'));
  return root;
}

/** The entries of the menu, as `ENVIRONMENT RELEASE`. */
async function offered(machine: HookMachine): Promise<readonly string[]> {
  const { entries } = (await machine.json('menu')) as MenuData;
  return entries.map(({ be, release }) => `${be} ${release}`).sort();
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

const test = suite('kernel-install in be-hook exec');

test('starts no be-hook inside; be-hook exec updates the menu afterwards', async () => {
  await withHookMachine(async (machine) => {
    const root = await addKernelInstall(machine);
    const before = await offered(machine);
    const exec = async (...command: readonly string[]): Promise<void> => {
      const { status, stderr } = await machine.run(['be-hook', 'exec', 'be2', ...command]);
      assert.equal([status, stderr], [0, ''], command.join(' '));
    };

    await exec('kernel-install', 'add', '6.2.0-1', '/usr/lib/modules/6.2.0-1/vmlinuz');

    assert.is(await read(join(root, 'plugins-ran')), 'add\n');
    assert.is(await read(join(root, 'node-ran')), '', 'nothing of be-hook was started in there');
    assert.is(await read(join(root, 'var/lib/be-hook/needs-sync')), '');
    assert.equal(await offered(machine), [...before, 'be2 6.2.0-1'].sort());
    for (const home of [await machine.read('boot/grub/be-hook.cfg'), await read(join(root, 'boot/grub/be-hook.cfg'))])
      assert.match(home, '/@be2/boot/vmlinuz-6.2.0-1');

    await exec('kernel-install', 'remove', '6.1.0-1');

    assert.is(await read(join(root, 'plugins-ran')), 'add\nremove\n');
    assert.is(await read(join(root, 'node-ran')), '');
    assert.equal(
      await offered(machine),
      [...before.filter((candidate) => candidate !== 'be2 6.1.0-1'), 'be2 6.2.0-1'].sort(),
    );

    // Only the guard prevented the start: without the guard the program starts.
    await exec('sh', '-c', '. /usr/lib/be-hook/guard.sh; be_hook_serves || be_hook_run kernel-install.cjs');
    assert.is(await read(join(root, 'node-ran')), 'kernel-install.cjs\n');
  });
});

test('leaves no mount after a command in the running environment', async () => {
  await withHookMachine(async (machine) => {
    const busybox = await tool('sh', ['-c', 'command -v busybox']);
    await copyFile(busybox.trim(), machine.path('busybox'));
    const script =
      'be-hook exec be1 /busybox sh -c "echo \\$\\$ >/made; exit 7"; echo $?; cat /made; grep -c /run/be-hook /proc/self/mountinfo';
    const { status, stdout, stderr } = await machine.sh(script, { ownProgram: true });

    assert.equal([status, stderr], [1, ''], 'nothing is mounted there afterwards');
    assert.match(stdout, /^7\n\d\d?\n0\n$/);
  });
});

test.run();
