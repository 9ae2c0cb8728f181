import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { withDirectory, withPool } from '../support/pool.ts';
import { beHookOk } from '../support/program.ts';
import { mountsHere } from '../support/seen-mounts.ts';

/*
 * The cases `create` and `destroy` of FreeBSD's sbin/bectl/tests/bectl_test.sh, in the same order, run with bectl of be-hook.
 * A subvolume inside an environment stands for a child dataset.
 */

const test = suite('bectl create and destroy');

test('create environments and snapshots, and refuse a name with a space (PR 254441)', async () => {
  await withPool('bectl', async ({ ok, run, names, origins, check }) => {
    const spaced = await run('create', 'foo bar');
    assert.is(spaced.status, 1);
    assert.match(
      spaced.stderr,
      /^bectl: cannot use “foo bar” as the name of a boot environment; .*\nFailed to create bootenv foo bar\n$/,
    );

    assert.is(await ok('create', '-e', 'default', 'default2'), '');
    assert.is(await ok('create', 'default2@test_snap'), '');
    assert.is(await ok('create', '-e', 'default2@test_snap', 'default3'), '');
    assert.equal(await names(), ['default', 'default2', 'default3', 'main']);
    assert.equal(await origins(), { default2: 'default', default3: 'default2@test_snap' });
    await check();
  });
});

test('copy a child subvolume if its policy is cloned, with and without -r', async () => {
  await withPool('bectl', async ({ fs, ok, check }) => {
    const child = await fs.subvolume('@default/usr/local');
    await writeFile(join(child, 'file'), 'text\n');
    const inside = (name: string): string => join(fs.top, 'be-hook', name, 'root/usr/local/file');
    await beHookOk('volume', 'set', '/@default/usr/local', 'shared', '--filesystem', fs.top);
    await ok('create', '-e', 'default', 'default2');
    await ok('create', 'default2@test_snap');
    await ok('create', '-e', 'default2@test_snap', 'default3');
    for (const name of ['default2', 'default3']) assert.not.ok(existsSync(inside(name)), name);

    await beHookOk('volume', 'set', '/@default/usr/local', 'cloned', '--filesystem', fs.top);
    await ok('create', '-r', '-e', 'default', 'recursive');
    await ok('create', '-r', 'recursive@test_snap');
    await ok('create', '-r', '-e', 'recursive@test_snap', 'recursive-snap');
    for (const name of ['recursive', 'recursive-snap']) assert.is(await readFile(inside(name), 'utf8'), 'text\n', name);
    await check();
  });
});

test('delete the environment, and keep a mounted origin with -o (PR 236043)', async () => {
  await withPool('bectl', async ({ fs, ok, names }) => {
    await ok('create', '-e', 'default', 'default2');
    await ok('destroy', 'default2');
    assert.equal(await names(), ['default', 'main']);
    assert.not.match(await tool('btrfs', ['subvolume', 'list', fs.top]), 'default2');

    await withDirectory(async (path) => {
      await ok('mount', 'default', join(path, 'root'));
      await ok('create', '-e', 'default', 'default3');
      await ok('destroy', '-o', 'default3');
      await ok('unmount', 'default');
    });
    assert.equal(await names(), ['default', 'main'], 'an origin that is no snapshot stays');
  });
});

test('destroy parents and children in any order', async () => {
  await withPool('bectl', async ({ ok, names, check }) => {
    await ok('create', '-e', 'default', 'default2');
    await ok('create', '-e', 'default', 'default3');
    await ok('destroy', 'default');
    await ok('destroy', 'default2');
    await ok('rename', 'default3', 'default');
    assert.equal(await names(), ['default', 'main']);
    await check();

    await ok('create', '-e', 'default', 'default2');
    await ok('create', '-e', 'default2', 'default3');
    await ok('create', '-e', 'default3', 'default4');
    for (const name of ['default3', 'default2', 'default4']) await ok('destroy', name);
    await check();
    assert.equal(await names(), ['default', 'main']);
  });
});

test('destroy a snapshot without clones, and refuse to destroy one with clones', async () => {
  await withPool('bectl', async ({ fs, ok, run, names, origins, check }) => {
    await ok('create', '-e', 'default', 'default2');
    await ok('create', 'default@test');
    await ok('destroy', 'default@test');
    assert.equal(await origins(), { default2: 'default' }, 'the origins of the others stay');
    await ok('destroy', 'default2');

    await ok('create', 'default@test');
    await ok('create', '-e', 'default@test', 'default2');
    const refused = await run('destroy', 'default@test');
    assert.equal([refused.status, refused.stdout], [21, '']);
    assert.match(refused.stderr, /has clones: default2/);
    assert.equal(await names(), ['default', 'default2', 'main']);

    const left = await run('destroy', 'default2');
    assert.equal(left, { status: 0, stdout: '', stderr: "bectl destroy: leaving origin 'default@test' intact\n" });
    await ok('create', '-e', 'default@test', 'default2');
    await ok('create', '-e', 'default@test', 'default3');
    const shared = await run('destroy', '-o', 'default2');
    assert.equal(
      [shared.status, shared.stderr],
      [0, "bectl destroy: leaving origin 'default@test' intact, for default3\n"],
    );
    await ok('destroy', '-o', 'default3');
    assert.not.match(await tool('btrfs', ['subvolume', 'list', fs.top]), 'default@test');
    await check();
  });
});

test('refuse the default, a held and a mounted environment; -F unmounts the latter', async () => {
  await withPool('bectl', async ({ fs, ok, run, names }) => {
    const active = await run('destroy', '-F', 'main');
    assert.is(active.status, 5);
    assert.match(active.stderr, /^bectl: cannot destroy “main”: it boots by default; /);
    await beHookOk('hold', 'default', '--filesystem', fs.top);
    assert.is((await run('destroy', '-F', 'default')).status, 5);
    await beHookOk('release', 'default', '--filesystem', fs.top);
    assert.is((await run('destroy', 'nothing')).status, 3);
    await withDirectory(async (path) => {
      await ok('mount', 'default', join(path, 'root'));
      const mounted = await run('destroy', 'default');
      assert.is(mounted.status, 6);
      await ok('mount', 'main', join(path, 'main'));
      assert.is((await run('destroy', '-F', 'main')).status, 5);
      assert.ok(existsSync(join(path, 'main/etc')), 'what is refused stays mounted');
      await ok('umount', 'main');
      // A process of another test may have a copy of the mount in its namespace for a moment.
      let forced = await run('destroy', '-F', 'default');
      for (let attempt = 0; attempt < 20 && forced.status === 6; attempt += 1) {
        assert.equal(await mountsHere(fs), [], 'it was unmounted');
        await sleep(500);
        forced = await run('destroy', '-F', 'default');
      }
      assert.equal(forced, { status: 0, stdout: '', stderr: '' });
      assert.equal(await mountsHere(fs), []);
    });
    assert.equal(await names(), ['main']);
  });
});

test.run();
