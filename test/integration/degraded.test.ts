import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

const test = suite('a file system of two devices');

/** Makes a raid1 with one environment, unmounted. Its second device is missing, or the kernel does not know it. */
async function withFirstDevice(
  options: { readonly second: 'unknown' | 'missing' },
  body: (fs: LoopBtrfs, first: string) => Promise<void>,
): Promise<void> {
  const raid = { devices: 2, mkfs: ['--data', 'raid1', '--metadata', 'raid1'] };
  await withBtrfs(raid, async (fs) => {
    await makeRoot(fs, 'alpha', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', 'alpha', '--filesystem', fs.top);
    await fs.unmounted(async () => {
      const first = await tool('losetup', ['--find', '--show', fs.image]);
      const second = await tool('losetup', ['--find', '--show', fs.images[1] ?? '']);
      try {
        await tool('btrfs', ['device', 'scan', '--forget', second]);
        if (options.second === 'missing') await tool('losetup', ['--detach', second]);
        await tool('btrfs', ['device', 'scan', first]);
        await body(fs, first);
      } finally {
        await tool('btrfs', ['device', 'scan', '--forget', first]).catch(() => undefined);
        await tool('losetup', ['--detach', first]);
        if (options.second === 'unknown') await tool('losetup', ['--detach', second]);
      }
    });
  });
}

test('is not mounted degraded, and the message names the missing device', async () => {
  await withFirstDevice({ second: 'missing' }, async (fs, first) => {
    for (const command of [['list'], ['create', '-e', 'alpha', 'next']]) {
      const { status, stderr } = await beHook(...command, '--filesystem', first);
      assert.is(status, 74);
      assert.match(stderr, `cannot mount ${first}: of its 2 devices, device 2 is missing`);
      assert.match(stderr, 'mount -o degraded');
    }
    const image = await beHook('list', '--filesystem', fs.image);
    assert.is(image.status, 74);
    assert.match(image.stderr, `of its 2 devices, device 2 is missing`);
  });
});

test('is usable if the administrator has mounted it degraded', async () => {
  await withFirstDevice({ second: 'missing' }, async ({ top }, first) => {
    await tool('mount', ['-o', 'degraded,subvolid=5', first, top]);
    try {
      for (const where of [top, first]) assert.is((await listOf(where)).length, 1, where);
    } finally {
      await tool('umount', [top]);
    }
  });
});

test('is not mounted while the kernel does not know a device, and the message says so', async () => {
  await withFirstDevice({ second: 'unknown' }, async (_fs, first) => {
    const { status, stderr } = await beHook('list', '--filesystem', first);
    assert.is(status, 74);
    assert.match(stderr, 'the kernel does not know all of its 2 devices');
    assert.match(stderr, 'btrfs device scan');
  });
});

test('is not mounted from only one of its images', async () => {
  await withBtrfs({ devices: 2 }, async (fs) => {
    await fs.unmounted(async () => {
      const { status, stderr } = await beHook('list', '--filesystem', fs.image);
      assert.is(status, 74);
      assert.match(stderr, 'the kernel does not know all of its 2 devices');
      assert.match(stderr, 'images with losetup');
    });
  });
});

test.run();
