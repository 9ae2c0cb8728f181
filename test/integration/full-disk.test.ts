import { symlinkSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { preparedBtrfs } from '../support/prepared-btrfs.ts';
import { beHook, beHookOk, listOf, menuOf, type Ran } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('a full disk');

/** Makes `alpha`, which boots by default, with copies, a snapshot and restore points. */
const withEnvironments = preparedBtrfs(
  async (fs) => {
    await makeRoot(fs, 'alpha', { kernels: ['6.1.0-1', '6.1.0-2', '6.1.0-3', '6.2.0-1'] });
    for (const command of [
      ['adopt', 'alpha'],
      ['create', 'old'],
      ['create', 'older'],
      ['snapshot', 'alpha@kept'],
      ['create', '--automatic', 'point'],
      ['create', '--automatic', 'later'],
    ]) {
      await beHookOk(...command, '--filesystem', fs.top);
    }
    assert.ok((await readFile(menuPath(fs))).length > 4096, 'the menu does not fit into the trees');
  },
  { sizeMiB: 256 },
);

/** Writes until the file system has no space left for file data. */
async function fill({ top }: LoopBtrfs): Promise<void> {
  const script =
    'for size in 1M 64k 4k; do dd if=/dev/zero of="$1/fill-$size" bs=$size 2>/dev/null; sync -f "$1"; done; exit 0';
  await tool('sh', ['-c', script, 'fill', top]);
}

/** Makes symbolic links, which btrfs stores in its trees, until there is no space left for metadata. */
async function fillTrees(fs: LoopBtrfs): Promise<void> {
  await mkdir(join(fs.top, 'links'));
  const target = 'x'.repeat(3900);
  let count = 0;
  for (let round = 0; round < 4; round += 1) {
    assert.throws(() => {
      for (;;) {
        count += 1;
        symlinkSync(target, join(fs.top, 'links', String(count)));
      }
    }, /ENOSPC/);
    await fs.sync();
  }
}

function menuPath({ top }: LoopBtrfs): string {
  return join(top, 'alpha/boot/grub/be-hook.cfg');
}

async function names(fs: LoopBtrfs): Promise<readonly string[]> {
  return (await listOf(fs.top)).map(({ name }) => name).sort();
}

async function offered(fs: LoopBtrfs): Promise<readonly string[]> {
  return [...new Set((await menuOf(fs.top)).entries.map(({ be }) => be))].sort();
}

function destroy(fs: LoopBtrfs, target: string): Promise<Ran> {
  return beHook('destroy', '-F', target, '--filesystem', fs.top);
}

test('does not prevent destroy, which also removes the entries from the menu', async () => {
  await withEnvironments(async (fs) => {
    await fill(fs);
    const snapshot = await destroy(fs, 'alpha@kept');
    assert.is(snapshot.status, 0, snapshot.stderr);
    const environment = await destroy(fs, 'old');
    assert.is(environment.status, 0, environment.stderr);
    assert.equal(await names(fs), ['alpha', 'later', 'older', 'point']);
    assert.equal(await offered(fs), ['alpha', 'later', 'older', 'point']);
    for (const root of ['alpha', 'be-hook/older/root', 'be-hook/point/root', 'be-hook/later/root']) {
      const text = await readFile(join(fs.top, root, 'boot/grub/be-hook.cfg'), 'utf8');
      assert.not.match(text, 'be-hook:old:', root);
    }
    assert.is(await beHookOk('sync', '--dry-run', '--filesystem', fs.top), '');
  });
});

test('does not prevent prune from deleting surplus restore points', async () => {
  await withEnvironments(async (fs) => {
    await mkdir(join(fs.top, 'alpha/etc/be-hook'));
    await writeFile(join(fs.top, 'alpha/etc/be-hook/be-hook.conf'), 'keep-automatic = 1\n');
    await fill(fs);
    await beHookOk('prune', '--filesystem', fs.top);
    assert.equal(await names(fs), ['alpha', 'later', 'old', 'older']);
    assert.equal(await offered(fs), ['alpha', 'later', 'old', 'older']);
  });
});

test('is reported by commands that need space, and these change nothing', async () => {
  await withEnvironments(async (fs) => {
    await writeFile(join(fs.top, 'alpha/boot/vmlinuz-6.3.0-1'), 'KERNEL'.repeat(2000));
    await writeFile(join(fs.top, 'alpha/boot/initramfs-6.3.0-1.img'), 'INITRD'.repeat(2000));
    await mkdir(join(fs.top, 'alpha/usr/lib/modules/6.3.0-1'));
    await writeFile(join(fs.top, 'alpha/usr/lib/modules/6.3.0-1/modules.dep'), '');
    await fill(fs);
    const before = await readFile(menuPath(fs), 'utf8');
    for (const command of [['sync'], ['hold', 'old'], ['create', 'new'], ['create', '--automatic']]) {
      const { status, stderr } = await beHook(...command, '--filesystem', fs.top);
      assert.is(status, 73, stderr);
      assert.match(stderr, 'nothing was changed');
    }
    assert.is(await readFile(menuPath(fs), 'utf8'), before);
    assert.equal(await names(fs), ['alpha', 'later', 'old', 'older', 'point']);
  });
});

test('permits deletions with full metadata too, and the message names the next step', async () => {
  await withEnvironments(async (fs) => {
    await fill(fs);
    await fillTrees(fs);
    const snapshot = await destroy(fs, 'alpha@kept');
    assert.is(snapshot.status, 0, snapshot.stderr);
    const environment = await destroy(fs, 'old');
    assert.equal(await names(fs), ['alpha', 'later', 'older', 'point']);
    if (environment.status !== 0) {
      assert.is(environment.status, 73);
      assert.match(
        environment.stderr,
        /cannot remove the entries of the deleted environment from the menu: cannot write .*: no space left.*be-hook sync/,
      );
      assert.not.match(environment.stderr, 'nothing was changed');
    }
    assert.match((await menuOf(fs.top)).default ?? '', /^be-hook:alpha:/);
    await tool('rm', ['-r', join(fs.top, 'links'), join(fs.top, 'fill-1M')]);
    await fs.sync();
    await beHookOk('sync', '--filesystem', fs.top);
    assert.equal(await offered(fs), ['alpha', 'later', 'older', 'point']);
  });
});

test.run();
