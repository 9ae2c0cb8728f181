import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onTerminal } from '../support/dialect.ts';
import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, programPath } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';
import { beginnings, exportOk, exportTo, importFrom, subvolumesOf, withStreamScene } from '../support/stream-scene.ts';

const test = suite('failures of export and import');

/** The state of a file system, without the times at which be-hook read it. */
async function stateOf(fs: LoopBtrfs): Promise<readonly unknown[]> {
  return [
    await subvolumesOf(fs),
    await snapshotTree(fs.top),
    await beHookOk('list', '--quick', '--filesystem', fs.top),
  ];
}

test('change nothing if the stream is truncated, damaged or empty', async () => {
  await withStreamScene(async ({ from, to, file }) => {
    await exportOk(file, from);
    const whole = await readFile(file);
    const parts = beginnings(whole);
    assert.is(parts.length, 5, 'root, three volumes, manifest');
    const damaged = Buffer.from(whole);
    damaged[20_000] = (damaged[20_000] ?? 0) ^ 1;
    const before = await stateOf(to);
    const cuts = [parts[1] ?? 0, parts[4] ?? 0, (parts[4] ?? 0) + 300];
    for (const bytes of [...cuts.map((end) => whole.subarray(0, end)), damaged, Buffer.alloc(0)]) {
      await writeFile(file, bytes);
      const refused = await importFrom(file, to, 'guest');
      assert.is(refused.status, 65, `${bytes.length} of ${whole.length}: ${refused.stderr}`);
      assert.match(
        refused.stderr,
        /^be-hook: cannot import: the stream holds no valid boot environment: [^\n]+; nothing was changed;[^\n]+\n$/,
      );
    }
    assert.equal(await stateOf(to), before);
  });
});

test('precede all data if a name is unusable or the stream is a terminal', async () => {
  await withStreamScene(async ({ from, to, file }) => {
    const before = [await stateOf(from), await stateOf(to)];
    for (const [name, status] of [
      ['missing', 3],
      ['fedora@never', 3],
    ] as const)
      assert.is((await exportTo(file, from, name)).status, status, name);
    assert.is((await readFile(file)).length, 0);
    // No stream arrives, and import does not wait for one.
    for (const [name, status] of [
      ['other', 2],
      ['OTHER', 2],
      ['other@s', 1],
    ] as const)
      assert.is((await beHook('import', name, '--filesystem', to.top)).status, status, name);
    for (const [words, told] of [
      [['export', 'fedora', '--filesystem', from.top], 'export: cannot write a stream to a terminal'],
      [['import', 'guest', '--filesystem', to.top], 'import: cannot read a stream from a terminal'],
    ] as const) {
      const refused = await onTerminal(programPath, words, '');
      assert.is(refused.status, 64);
      assert.match(refused.stdout, `be-hook: ${told}`);
    }
    assert.equal([await stateOf(from), await stateOf(to)], before);
  });
});

test('change nothing on a full disk', async () => {
  await withStreamScene(async ({ from, file }) => {
    await tool('sh', ['-c', 'head -c 200000000 /dev/urandom >"$1"', 'sh', join(from.top, 'root/usr/large')]);
    await exportOk(file, from);
    await withBtrfs({ sizeMiB: 160 }, async (small) => {
      await makeRoot(small, '@other', { kernels: ['6.1.0-1'] });
      await beHookOk('adopt', '@other', '--filesystem', small.top);
      const before = await stateOf(small);
      const refused = await importFrom(file, small, 'guest');
      assert.is(refused.status, 73, refused.stderr);
      assert.match(
        refused.stderr,
        /^be-hook: cannot write \/be-hook\/guest@import\/[^\n]+: no space left; nothing was changed;/,
      );
      assert.equal(await stateOf(small), before);
    });
  });
});

test.run();
