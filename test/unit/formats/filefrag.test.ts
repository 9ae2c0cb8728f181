import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseUnwritten } from '../../../lib/formats/filefrag.ts';
import { tool } from '../../support/guest/tool.ts';
import { withBtrfs } from '../../support/loop-btrfs.ts';
import { needTool } from '../../support/need-tool.ts';

const test = suite('filefrag');

test('lists exactly the files with reserved space that was never written', async () => {
  needTool('btrfs', 'mkfs.btrfs', 'filefrag', 'fallocate');
  await withBtrfs({}, async (fs) => {
    const at = (name: string): string => join(fs.top, name);
    const data = Buffer.alloc(300_000, 'x');
    const preallocated = ['reserved', 'reserved is 4096 (1 block', 'tail', ', unwritten too'];
    const written = ['whole', 'not unwritten', 'sparse', 'empty', 'inline', 'hidden, unwritten'];
    for (const name of ['whole', 'not unwritten', 'tail', 'hidden, unwritten']) await writeFile(at(name), data);
    await writeFile(at('empty'), '');
    await writeFile(at('inline'), 'small');
    await tool('truncate', ['-s', '1M', at('sparse')]);
    for (const name of preallocated) await tool('fallocate', ['-l', '1M', at(name)]);
    await fs.sync();

    const output = await tool('filefrag', ['-v', '--', ...[...preallocated, ...written].map(at)]);

    assert.equal([...parseUnwritten(output)].sort(), preallocated.map(at).sort());
  });
});

test('lists no file for an output without files', () => {
  assert.equal(parseUnwritten(''), []);
  assert.equal(parseUnwritten('open: No such file or directory\n'), []);
});

test.run();
