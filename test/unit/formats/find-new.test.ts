import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { countExtents, parseNewFiles } from '../../../lib/formats/find-new.ts';
import { tool } from '../../support/guest/tool.ts';
import { withBtrfs } from '../../support/loop-btrfs.ts';

const test = suite('btrfs subvolume find-new');

const line = (length: number, flags = 'NONE', start = 300): string =>
  `inode 257 file offset 0 len ${length} disk start ${start} offset 0 gen 9 flags ${flags} a file`;
const end = 'transid marker was 9';

function count(text: string): readonly (number | undefined)[] {
  const counter = countExtents('--');
  counter.feed(text);
  return counter.sums();
}

test('is added for each list separately', () => {
  assert.equal(count(['--', line(4096), line(100), end, '--', end, '--', line(7), end, ''].join('\n')), [4196, 0, 7]);
});

test('counts inline, compressed and reserved extents, but no holes', () => {
  const lines = [line(5, 'INLINE', 0), line(131072, 'COMPRESS'), line(1000, 'PREALLOC'), line(9, 'COMPRESS|INLINE', 0)];
  assert.equal(count(['--', ...lines, line(1_000_000, 'NONE', 0), end, ''].join('\n')), [132086]);
});

test('has no sum for a list that is truncated or missing', () => {
  assert.equal(count(`--\n${line(5)}\n--\n${line(6)}\n${end}\n--\nERROR: not a subvolume\n`), [
    undefined,
    6,
    undefined,
  ]);
  assert.equal(count(`--\n${line(5)}\n${end}`), [undefined]);
});

test('is read in chunks of every size', () => {
  const text = ['--', line(4096), line(8), end, '--', line(1), end, ''].join('\n');
  for (let size = 1; size < text.length; size += 1) {
    const counter = countExtents('--');
    for (let start = 0; start < text.length; start += size) counter.feed(text.slice(start, start + size));
    assert.equal(counter.sums(), [4104, 1]);
  }
});

test('ignores fields after a line break in a name and inside a name', () => {
  const broken = `${line(10)}\nb inode 1 file offset 0 len 999 disk start 1 offset 0 gen 1 flags NONE x\nlen 77 disk`;
  assert.equal(count(['--', broken, `${line(20)} ${line(500)}`, end, ''].join('\n')), [30]);
});

test('is parsed as btrfs-progs prints it', async () => {
  // Without no-holes a hole has its own extent.
  await withBtrfs({ sizeMiB: 256, mkfs: ['--features', '^no-holes'] }, async (fs) => {
    const root = await fs.subvolume('a');
    await mkdir(join(root, 'dir'));
    await writeFile(join(root, 'dir/inline'), 'x'.repeat(100));
    await writeFile(join(root, 'a\nb'), 'y'.repeat(8192));
    await writeFile(join(root, 'hole'), 'z'.repeat(4096));
    await truncate(join(root, 'hole'), 1_048_576);
    await tool('fallocate', ['-l', '65536', join(root, 'reserved')]);
    const text = await tool('btrfs', ['subvolume', 'find-new', root, '0']);
    assert.equal(count(`--\n${text}\n`), [100 + 8192 + 4096 + 65536]);
  });
});

test('lists each file once', () => {
  const other = line(5, 'INLINE', 0).replace('a file', 'usr/b');
  assert.equal(parseNewFiles([line(4096), other, line(8, 'COMPRESS'), end, ''].join('\n')), ['a file', 'usr/b']);
});

test.run();
