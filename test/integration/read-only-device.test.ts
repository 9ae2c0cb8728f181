import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf, programPath, type Ran, runCleanly } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('the device of a file system that is mounted read-only');

async function withAlpha(devices: number, body: (fs: LoopBtrfs) => Promise<void>): Promise<void> {
  await withBtrfs({ devices }, async (fs) => {
    await makeRoot(fs, 'alpha', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', 'alpha', '--filesystem', fs.top);
    await body(fs);
  });
}

function create(filesystem: string): Promise<Ran> {
  return beHook('create', '-e', 'alpha', 'next', '--filesystem', filesystem);
}

async function loopsOf(fs: LoopBtrfs): Promise<readonly string[]> {
  const all = await Promise.all(fs.images.map((image) => tool('losetup', ['-n', '-O', 'NAME', '-j', image])));
  return all.map((text) => text.trim());
}

test('is never written by any device or image name, and readers work', async () => {
  await withAlpha(2, async (fs) => {
    await tool('mount', ['-o', 'remount,ro', fs.top]);
    const byDirectory = await create(fs.top);
    assert.is(byDirectory.status, 73);
    assert.match(byDirectory.stderr, 'read-only; nothing was changed');
    for (const where of [...(await loopsOf(fs)), fs.image]) assert.equal(await create(where), byDirectory, where);
    assert.is((await listOf(fs.device)).length, 1);
  });
});

test('is not written if it is mounted only in another mount namespace', async () => {
  await withAlpha(1, async (fs) => {
    const directory = `${fs.top}-elsewhere`;
    await mkdir(directory);
    await tool('umount', [fs.top]);
    // The first shell mounts in its own namespace; the command runs outside of it.
    const script = `
mkfifo "$2/ready"
unshare --mount sh -c 'mount -o ro "$1" "$2" && echo ready >"$3" && read end <"$3"' sh "$1" "$2/m" "$2/ready" &
read ready <"$2/ready"
"$3" "$4" create -e alpha next --filesystem "$1"
status=$?
echo end >"$2/ready"
wait
exit $status`;
    await mkdir(join(directory, 'm'));
    try {
      const words = ['-c', script, 'sh', fs.device, directory, process.execPath, programPath];
      const { status, stderr } = await runCleanly('sh', words);
      assert.is(status, 73, stderr);
      assert.match(stderr, 'read-only; nothing was changed');
    } finally {
      await tool('mount', ['-o', 'subvolid=5', fs.device, fs.top]);
      await rm(directory, { recursive: true });
    }
    assert.is((await listOf(fs.top)).length, 1);
  });
});

test('is written if only one of its mounts is read-only', async () => {
  await withAlpha(1, async (fs) => {
    const directory = `${fs.top}-bind`;
    await mkdir(directory);
    await tool('mount', ['--bind', fs.top, directory]);
    try {
      await tool('mount', ['-o', 'remount,bind,ro', directory]);
      const { status, stderr } = await create(fs.device);
      assert.is(status, 0, stderr);
    } finally {
      await tool('umount', [directory]);
      await rm(directory, { recursive: true });
    }
  });
});

test.run();
