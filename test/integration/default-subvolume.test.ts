import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf, type Ran } from '../support/program.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';
import { withTwoEnvironments } from '../support/two-environments.ts';

const test = suite('the default subvolume of the file system');

const run = (fs: LoopBtrfs, ...args: readonly string[]): Promise<Ran> => beHook(...args, '--filesystem', fs.top);

/** Makes a subvolume the default one, as an administrator or openSUSE does. */
async function setDefault(fs: LoopBtrfs, path: string): Promise<void> {
  await tool('btrfs', ['subvolume', 'set-default', `${fs.top}/${path}`]);
}

async function names(fs: LoopBtrfs): Promise<readonly string[]> {
  return (await listOf(fs.top)).map(({ name }) => name).sort();
}

test('is not destroyed until the administrator runs the command in the hint', async () => {
  await withTwoEnvironments(async (fs) => {
    await beHookOk('create', 'copy', '-e', 'be1', '--filesystem', fs.top);
    await setDefault(fs, 'be-hook/copy/root');
    const before = await snapshotTree(fs.top);

    const { status, stderr } = await run(fs, 'destroy', '-F', 'copy');

    assert.is(status, 5);
    assert.match(stderr, /cannot destroy “copy”: it is the default subvolume of the file system/);
    const [, words = ''] = /run first: btrfs (subvolume set-default 5 \/\S+)/.exec(stderr) ?? [];
    assert.is(words.split(' ').at(-1), fs.top);
    assert.equal(await snapshotTree(fs.top), before);
    assert.is((await run(fs, 'sync')).status, 0);
    assert.is((await run(fs, 'create', 'more')).status, 0);
    assert.equal(await names(fs), ['be1', 'be2', 'copy', 'more']);

    await tool('btrfs', words.split(' '));
    await beHookOk('destroy', '-F', 'copy', '--filesystem', fs.top);
    assert.equal(await names(fs), ['be1', 'be2', 'more']);
  });
});

test('protects a snapshot, and an environment that contains it', async () => {
  await withTwoEnvironments(async (fs) => {
    await beHookOk('snapshot', 'be2@kept', '--filesystem', fs.top);
    await setDefault(fs, 'be-hook/be2@kept/root');
    for (const name of ['be2@kept', 'be2']) {
      const { status, stderr } = await run(fs, 'destroy', '-F', name);
      assert.equal([status, stderr.includes(`cannot destroy “${name}”`)], [5, true], stderr);
    }
    await fs.subvolume('@be2/var/inner');
    await setDefault(fs, '@be2/var/inner');
    for (const args of [
      ['destroy', '-F', 'be2'],
      ['rollback', 'be2@kept'],
    ]) {
      const { status, stderr } = await run(fs, ...args);
      assert.equal([status, stderr.includes('cannot destroy “be2”: it is the default subvolume')], [5, true], stderr);
    }
  });
});

test('stays as unfinished work, with a warning, while it is the default', async () => {
  await withTwoEnvironments(async (fs) => {
    await beHookOk('create', 'old', '-e', 'be1', '--filesystem', fs.top);
    const place = `${fs.top}/be-hook/old`;
    const show = await tool('btrfs', ['subvolume', 'show', `${place}/root`]);
    const uuid = /^\s+UUID:\s+(\S+)$/m.exec(show)?.[1] ?? '';
    await tool('setfattr', ['-n', 'trusted.be-hook.doomed', '-v', uuid, place]);
    await setDefault(fs, 'be-hook/old/root');

    for (const args of [['sync'], ['create', 'more'], ['destroy', '-F', 'more'], ['sync']]) {
      const { status, stderr } = await run(fs, ...args);
      assert.is(status, 0, stderr);
    }
    assert.match((await run(fs, 'sync')).stderr, /warning: \/be-hook\/old belongs to an interrupted run/);
    assert.equal(await names(fs), ['be1', 'be2']);

    await tool('btrfs', ['subvolume', 'set-default', '5', fs.top]);
    await beHookOk('sync', '--filesystem', fs.top);
    assert.not.match(await tool('btrfs', ['subvolume', 'list', fs.top]), 'be-hook/old');
  });
});

test.run();
