import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';
import { bootFile, makeRoot } from '../support/root-tree.ts';

const test = suite('isolation');

/** `alpha`, which boots by default, and `beta`; something in `beta` cannot be changed while `body` runs. */
async function withImmutable(path: string, body: (fs: LoopBtrfs) => Promise<void>): Promise<void> {
  await withBtrfs({}, async (fs) => {
    for (const name of ['alpha', 'beta']) {
      await makeRoot(fs, name, { kernels: ['6.1.0-1'] });
      await beHookOk('adopt', name, '--filesystem', fs.top);
    }
    await tool('chattr', ['+i', join(fs.top, path)]);
    try {
      await body(fs);
    } finally {
      await tool('chattr', ['-i', join(fs.top, path)]);
    }
  });
}

async function addKernel(fs: LoopBtrfs, root: string): Promise<void> {
  await tool('mkdir', ['-p', join(fs.top, root, 'usr/lib/modules/6.2.0-1')]);
  await writeFile(join(fs.top, root, 'usr/lib/modules/6.2.0-1/modules.dep'), '');
  await writeFile(join(fs.top, root, 'boot/vmlinuz-6.2.0-1'), bootFile('KERNEL', root, '6.2.0-1'));
  await writeFile(join(fs.top, root, 'boot/initramfs-6.2.0-1.img'), bootFile('INITRD', root, '6.2.0-1'));
}

for (const path of ['beta/boot/grub', 'beta/boot/grub/be-hook.cfg']) {
  test(`new kernels of the active environment reach its menu while /${path} is immutable`, async () => {
    await withImmutable(path, async (fs) => {
      await addKernel(fs, 'alpha');
      const { status, stderr } = await beHook('sync', '--filesystem', fs.top);
      assert.is(status, 73);
      assert.match(stderr, 'GRUB directory of “beta”');
      assert.is((await menuOf(fs.top)).default, 'be-hook:alpha:6.2.0-1');
      for (const words of [
        ['create', '--automatic'],
        ['describe', 'alpha', 'x'],
      ]) {
        const ended = await beHook(...words, '--filesystem', fs.top);
        assert.is(ended.status, 0, ended.stderr);
      }
    });
  });

  test(`a failed activate changes neither attribute nor menu while /${path} is immutable`, async () => {
    await withImmutable(path, async (fs) => {
      const before = await readFile(join(fs.top, 'alpha/boot/grub/be-hook.cfg'), 'utf8');
      assert.is((await beHook('activate', 'beta', '--filesystem', fs.top)).status, 73);
      assert.is(await readFile(join(fs.top, 'alpha/boot/grub/be-hook.cfg'), 'utf8'), before);
      assert.equal(
        (await listOf(fs.top)).filter(({ active }) => active).map(({ name }) => name),
        ['alpha'],
      );
    });
  });
}

test('an immutable history is a warning', async () => {
  await withImmutable('be-hook/history', async (fs) => {
    const { status, stderr } = await beHook('hold', 'alpha', '--filesystem', fs.top);
    assert.is(status, 0, stderr);
    assert.match(stderr, 'warning: cannot add the command to the history');
  });
});

test.run();
