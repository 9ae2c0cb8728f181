import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseFstab } from '../../../lib/formats/fstab.ts';
import { accept } from '../../../lib/model/accept.ts';
import { BeHookError } from '../../../lib/model/problem.ts';
import { tool } from '../../support/guest/tool.ts';
import { needTool } from '../../support/need-tool.ts';

const text = [
  '# /etc/fstab',
  '',
  'UUID=0a-1 / btrfs subvol=@,compress=zstd 0 0',
  '  LABEL=boot\t/boot\text4   defaults\t1 2  ',
  'UUID=0a-1 /with\\040space btrfs subvol=@\\040x 0 0',
  '\t# indented comment',
  'tmpfs /tmp tmpfs',
  '/dev/disk/by-id/a\\134b /back\\134slash xfs ro,noauto',
  'UUID=1-2 none swap sw 0 0',
].join('\n');

const test = suite('parseFstab');

test('reads the lines that findmnt reads, as findmnt reads them', async () => {
  needTool('findmnt');
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-fstab-'));
  try {
    const file = join(directory, 'fstab');
    await writeFile(file, `${text}\n`);
    const answer = await tool('findmnt', ['--tab-file', file, '--json', '--list', '-o', 'SOURCE,TARGET,FSTYPE']);
    const theirs = (JSON.parse(answer) as { filesystems: readonly Record<string, string>[] }).filesystems;

    const ours = accept(parseFstab(text));

    assert.equal(
      ours.map(({ source, mountpoint, type }) => ({ source, target: mountpoint, fstype: type })),
      theirs.map(({ source, target, fstype }) => ({ source, target, fstype })),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('returns the number and the options of a line; missing options are “defaults”', () => {
  const entries = accept(parseFstab(text));

  assert.equal(
    entries.map(({ line }) => line),
    [3, 4, 5, 7, 8, 9],
  );
  assert.equal(entries[0]?.options, ['subvol=@', 'compress=zstd']);
  assert.equal(entries.find(({ line }) => line === 7)?.options, ['defaults']);
});

test('does not include CRLF line ends in a field', () => {
  assert.equal(accept(parseFstab('UUID=1 / btrfs ro\r\n\r\n'))[0]?.options, ['ro']);
});

test('reports the number of a line with too few fields', () => {
  for (const bad of ['/dev/sda1', '/dev/sda1 /mnt', '/dev/sda1 /mnt ext4 \0']) {
    assert.throws(
      () => accept(parseFstab(`# comment\n${bad}\n`, '@a/etc/fstab')),
      (error: unknown) =>
        error instanceof BeHookError &&
        error.problem.code === 'file-malformed' &&
        error.problem.line === 2 &&
        error.problem.path === '@a/etc/fstab',
    );
  }
});

test.run();
