import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { withHookMachine } from '../support/hook-machine.ts';
import { assertRefused, codes, occupied, seen, withSystems } from '../support/mount-scene.ts';
import { beHook, beHookOk } from '../support/program.ts';
import { mountsHere } from '../support/seen-mounts.ts';

const test = suite('be-hook umount');

test('refuses while a mount is in use, and unmounts none; -f detaches all', async () => {
  await withSystems(async (fs, place, where) => {
    const directory = join(place, 'm');
    await beHookOk('mount', 'be2', directory, ...where);
    const all = await seen(fs);
    for (const inside of [directory, join(directory, 'var/lib/db')]) {
      await occupied(inside, () =>
        assertRefused(
          fs,
          codes.busy,
          new RegExp(`: cannot unmount ${inside}: it is in use;`),
          'umount',
          'be2',
          ...where,
        ),
      );
      assert.equal(await seen(fs), all);
    }
    await occupied(directory, async () => {
      await beHookOk('umount', '-f', 'be2', ...where);
      assert.equal(await seen(fs), []);
    });
  });
});

test('unmounts everything below; reports what cannot come back when the root is busy', async () => {
  await withSystems(async (fs, place, where) => {
    const directory = join(place, 'm');
    await beHookOk('mount', '-o', 'ro', 'be2', directory, ...where);
    const before = await mountsHere(fs);
    await tool('mount', ['-t', 'tmpfs', 'tmpfs', join(directory, 'var/lib/db')]);
    await tool('mount', ['-t', 'tmpfs', 'tmpfs', join(directory, 'proc')]);
    await occupied(directory, async () => {
      const { status, stderr } = await beHook('umount', directory, ...where);
      assert.is(status, codes.busy, stderr);
      assert.match(stderr, `already unmounted: `);
      for (const name of ['proc', 'var/lib/db']) assert.match(stderr, join(directory, name));
      assert.equal(await mountsHere(fs), before, 'volumes are back, read-only as they were');
    });
    await tool('mount', ['-t', 'tmpfs', 'tmpfs', join(directory, 'proc')]);
    await beHookOk('umount', directory, ...where);
    assert.equal(await seen(fs), []);
  });
});

test('unmounts one mount of a directory, or all mounts of a name', async () => {
  await withSystems(async (fs, place, where) => {
    const [first = '', second = '', third = ''] = ['a', 'b', 'c'].map((name) => join(place, name));
    for (const directory of [second, third]) await mkdir(directory);
    await beHookOk('mount', 'be2', first, ...where);
    await tool('mount', ['-o', 'subvol=be-hook/be2/root', fs.device, second]);
    await tool('mount', ['-o', 'subvol=@home', fs.device, third]);

    await beHookOk('umount', first);
    assert.equal(await seen(fs), [`/be-hook/be2/root on ${second}`, `/@home on ${third}`]);
    await assertRefused(fs, codes.notMounted, /is not mounted/, 'umount', third);
    await assertRefused(fs, codes.notMounted, /is not mounted/, 'umount', first);
    await assertRefused(fs, codes.notMounted, /is not mounted/, 'umount', join(place, 'missing'));
    await tool('mount', ['-o', 'subvol=be-hook/be2/root', fs.device, first]);
    await beHookOk('umount', 'be2', ...where);
    assert.equal(await seen(fs), [`/@home on ${third}`]);
    await assertRefused(fs, codes.notMounted, /“be2”: it is not mounted/, 'umount', 'be2', ...where);
    await assertRefused(fs, codes.noSuch, /cannot find the boot environment “be3”/, 'umount', 'be3', ...where);
    await tool('umount', [third]);
  });
});

test('refuses the running system, but unmounts another one from there', async () => {
  await withHookMachine(async (machine) => {
    const mounted = await machine.run(['be-hook', 'mount', 'be1']);
    assert.equal([mounted.status, /on \/;/.test(mounted.stderr)], [codes.already, true], mounted.stderr);
    for (const what of ['be1', '/']) {
      const { status, stderr } = await machine.run(['be-hook', 'umount', what]);
      assert.is(status, codes.inUse, stderr);
      assert.match(stderr, 'it is the running boot environment');
    }
    await writeFile(join(machine.fs.top, '@be2/etc/name'), 'second\n');
    const script = 'm=$(be-hook mount be2) && cat "$m/etc/name" && be-hook umount be2 && ls /run/be-hook/mnt';
    const { status, stdout, stderr } = await machine.sh(script);
    assert.equal([status, stdout], [0, 'second\n'], stderr);
  });
});

test.run();
