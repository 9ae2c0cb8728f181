import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseGetfattr, parseRawGetfattr } from '../../../lib/formats/getfattr.ts';
import { tool } from '../../support/guest/tool.ts';
import { needTool } from '../../support/need-tool.ts';

const names = [
  'plain',
  'two words',
  'back\\slash',
  '\\012',
  'line\nbreak',
  '\n# file: x',
  'cr\rhere',
  'tab\t',
  '=x=',
  '"quoted"',
  'ünïcode',
  'sep\u2028here',
  'para\u2029here',
  '\u0085',
  '-n',
  '# file: x',
  '\u001b[31m',
];
const values = ['1', '', 'ünï', '{"version":1}', 'a\nb', 'x\n# file: /etc/passwd\ntrusted.a=0x00', '=', '\\134', '"'];

const test = suite('getfattr');

test('returns every value under its path, whatever the names are', async () => {
  needTool('getfattr', 'setfattr');
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-getfattr-'));
  try {
    const expected = new Map<string, ReadonlyMap<string, string>>();
    for (const [index, name] of names.entries()) {
      const path = join(directory, name);
      const value = values[index % values.length] ?? '';
      await mkdir(path);
      const hex = `0x${Buffer.from(value).toString('hex')}`;
      await tool('setfattr', ['-h', '-n', 'trusted.be-hook.test', '-v', hex, '--', path]);
      expected.set(path, new Map([['trusted.be-hook.test', value]]));
    }
    const args = ['--absolute-names', '-h', '-d', '-e', 'hex', '-m', '^trusted\\.be-hook\\.', '--', ...expected.keys()];

    const found = parseGetfattr(await tool('getfattr', args));

    assert.equal([...found.keys()].sort(), [...expected.keys()].sort());
    for (const [path, attributes] of expected) assert.equal([...(found.get(path) ?? [])], [...attributes], path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('returns no valid text for a value that is not UTF-8', () => {
  const found = parseGetfattr('# file: /a\ntrusted.x=0xff00\n');

  assert.is(found.get('/a')?.get('trusted.x'), '\ufffd');
});

test('distinguishes all raw values', () => {
  const found = parseRawGetfattr('# file: /a\ntrusted.x=0xff00\n');

  assert.is(found.get('/a')?.get('trusted.x'), 'ff00');
});

test.run();
