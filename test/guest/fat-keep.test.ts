import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runOnFat } from '../support/guest/fat-guest.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';

const test = suite('kept images on a FAT');

test.before(() => needTool('qemu-system-x86_64', 'mkfs.vfat', 'mcopy', 'cpio'));

test('are complete, also if other users can read the FAT', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-fat-'));
  try {
    const image = join(directory, 'fat');
    await tool('truncate', ['-s', '40M', image]);
    await tool('mkfs.vfat', ['-F', '32', image]);
    await runOnFat(image, 'keep');
    const names = (await tool('mdir', ['-b', '-i', image, '::/be-hook'])).split('\n').filter((name) => name !== '');
    assert.is(names.length, 1);
    assert.match(names[0] ?? '', /be-hook\/vmlinuz-1-[0-9a-f]{32}$/);
    const copy = join(directory, 'copy');
    await tool('mcopy', ['-n', '-i', image, names[0] ?? '', copy]);
    assert.ok((await readFile(copy)).equals(Buffer.alloc(3_000_000, 'kernel')));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test.run();
