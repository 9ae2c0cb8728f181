import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mountedSubvolume, parseMountinfo, unescapeOctal } from '../../../lib/formats/mountinfo.ts';
import { accept } from '../../../lib/model/accept.ts';
import { BeHookError } from '../../../lib/model/problem.ts';
import { tool } from '../../support/guest/tool.ts';
import { needTool } from '../../support/need-tool.ts';

const test = suite('parseMountinfo');

test('returns mount point and source of a real mount, whatever characters they have', async () => {
  needTool('unshare');
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-mountinfo-'));
  try {
    for (const name of [
      'plain',
      'two words',
      'tab\there',
      'line\nbreak',
      'back\\slash',
      '\\040',
      'hash#',
      'ünï - x',
      ' - ',
    ]) {
      const place = join(directory, name);
      await mkdir(place);
      // The mount is in its own namespace and ends with the shell.
      const script = 'mount -t tmpfs -- "$2" "$1" && cat /proc/self/mountinfo';
      const text = await tool('unshare', ['-m', 'sh', '-c', script, 'sh', place, `source ${name}`]);
      const mount = accept(parseMountinfo(text)).findLast((mount) => mount.type === 'tmpfs');
      assert.is(mount?.mountpoint, place);
      assert.is(mount?.source, `source ${name}`);
      assert.is(mount?.root, '/');
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('reads lines with zero, one and several optional fields', () => {
  // From proc_pid_mountinfo(5), with the fields of btrfs.
  const head = '36 35 0:98 /@a /mnt rw,noatime';
  const tail = '- btrfs /dev/sda2 rw,ssd,subvolid=256,subvol=/@a';
  for (const optional of ['', 'master:1 ', 'shared:2 master:1 unbindable ']) {
    const [mount] = accept(parseMountinfo(`${head} ${optional}${tail}\n`));
    assert.equal(mount, {
      id: 36,
      parent: 35,
      device: '0:98',
      root: '/@a',
      mountpoint: '/mnt',
      type: 'btrfs',
      source: '/dev/sda2',
      readOnly: false,
      options: ['rw', 'ssd', 'subvolid=256', 'subvol=/@a'],
    });
  }
});

test('reports a mount as read-only if the mount or its file system is read-only', () => {
  const readOnly = (mount: string, filesystem: string): boolean | undefined =>
    accept(parseMountinfo(`36 35 0:98 / /mnt ${mount} - btrfs x ${filesystem}\n`))[0]?.readOnly;

  assert.is(readOnly('rw,noatime', 'rw,error=ro-not'), false);
  assert.is(readOnly('ro,noatime', 'rw'), true);
  assert.is(readOnly('rw', 'ro,subvolid=256'), true);
});

test('returns the subvolume of the options, or no subvolume without such options', () => {
  const [btrfs, proc] = accept(
    parseMountinfo(
      '36 35 0:98 /@a / rw - btrfs /dev/a rw,subvolid=256,subvol=/@a\n22 27 0:21 / /proc rw - proc proc rw\n',
    ),
  );

  assert.is(btrfs && mountedSubvolume(btrfs), 256);
  assert.is(proc && mountedSubvolume(proc), undefined);
});

test('reports the number of a line that the kernel would not write', () => {
  for (const bad of ['nonsense', '36 35 0:98 / /mnt rw', '36 35 0:98 / /mnt rw -']) {
    assert.throws(
      () => accept(parseMountinfo(`36 35 0:98 / /mnt rw - tmpfs x rw\n${bad}\n`)),
      (error: unknown) =>
        error instanceof BeHookError && error.problem.code === 'file-malformed' && error.problem.line === 2,
    );
  }
});

test.run();

const octal = suite('unescapeOctal');

for (const [escaped, plain] of [
  ['a\\040b', 'a b'],
  ['\\134040', '\\040'],
  ['\\303\\274', 'ü'],
  ['ü\\011', 'ü\t'],
  ['\\04', '\\04'],
  ['\\999', '\\999'],
  ['%41\\040', '%41 '],
  ['\\377', '\ufffd'],
] as const) {
  octal(`reads ${JSON.stringify(escaped)} as ${JSON.stringify(plain)}`, () => {
    assert.is(unescapeOctal(escaped), plain);
  });
}

octal.run();
