import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { frontMount, isDistant } from '../../../lib/formats/front-mount.ts';
import { parseMountinfo } from '../../../lib/formats/mountinfo.ts';
import { accept } from '../../../lib/model/accept.ts';

const line = (id: number, parent: number, mountpoint: string, type = 'btrfs'): string =>
  `${id} ${parent} 0:${id} / ${mountpoint} rw - ${type} source rw\n`;

const front = (path: string, ...lines: readonly string[]): number | undefined =>
  frontMount(accept(parseMountinfo(lines.join(''))), path)?.id;

const test = suite('frontMount');

const [root, home, deep] = [line(30, 1, '/'), line(31, 30, '/home'), line(32, 31, '/home/a/b')];

test('is the mount with the longest path prefix of whole names', () => {
  const all = [root, home, deep];
  assert.equal(
    ['/', '/homes', '/home', '/home/a', '/home/a/b/c', '/home/a/bc'].map((path) => front(path, ...all)),
    [30, 30, 31, 31, 32, 31],
  );
});

test('is the top mount of several at the same mount point', () => {
  assert.is(front('/home/x', root, home, line(40, 31, '/home')), 40);
  assert.is(front('/x', root, line(40, 30, '/')), 40);
});

test('is a mount that hides deeper mounts, whatever the order of mounting', () => {
  const cover = line(40, 31, '/home/a');
  assert.is(front('/home/a/b', root, home, deep, cover), 40);
  assert.is(front('/home/a/b', root, cover, home, deep), 40);
  assert.is(front('/home/a/b', root, home, deep, cover, line(41, 40, '/home/a/b')), 41);
});

test('is undefined if the root is not listed', () => {
  assert.is(front('/home', line(31, 30, '/elsewhere')), undefined);
});

test.run();

const distant = suite('isDistant');

distant('is true for network and FUSE file systems', () => {
  const mounts = (type: string) => accept(parseMountinfo(root + line(31, 30, '/far', type)));
  for (const type of ['nfs', 'nfs4', 'cifs', 'fuse', 'fuse.sshfs', 'fuseblk']) {
    assert.ok(isDistant(mounts(type), '/far/x'), type);
    assert.not(isDistant(mounts(type), '/x'), type);
  }
  for (const type of ['btrfs', 'ext4', 'overlay', 'nsfs', 'fusectl'])
    assert.not(isDistant(mounts(type), '/far/x'), type);
});

distant.run();
