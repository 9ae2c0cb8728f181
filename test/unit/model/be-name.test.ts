import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { beNameFromPath, beNameKey, freeBeName, parseBeName } from '../../../lib/model/be-name.ts';
import { beName } from '../../support/builders.ts';

const test = suite('names of boot environments');

test('consist of letters, digits and . _ : + -, and start with a letter or digit', () => {
  for (const name of [
    'a',
    '0',
    'fedora-44',
    'Before.Upgrade_2',
    'a+b',
    'a+',
    'pre-2026-11-29T02:03:04',
    'a'.repeat(64),
  ]) {
    assert.is(parseBeName(name), name);
  }
});

test('contain no character with a meaning for a shell, GRUB or a terminal', () => {
  const bad = ['', ' ', 'a b', '.', '..', '.a', '-a', '_a', '+a', 'a/b', 'a>b', "a'b", 'a"b', 'a$b', 'a;b', 'a\n'];
  for (const name of [...bad, 'a\u001b[2J', 'é', 'a\u202eb', 'a'.repeat(65), 'a\0']) {
    assert.equal(parseBeName(name), { code: 'name-invalid', name });
  }
});

test('do not end like a boot counter', () => {
  for (const name of ['a+1', 'a+10-2', 'a+0-0']) assert.equal(parseBeName(name), { code: 'name-invalid', name });
  for (const name of ['a+1b', 'a+x1', 'a-1', 'a+-1']) assert.is(parseBeName(name), name);
});

test('are derived from the last component of a path', () => {
  const cases = [
    ['@', 'root'],
    ['', 'root'],
    ['@/.snapshots/12/snapshot', 'snapper-12'],
    ['@/snapshots/12/snapshot', 'snapshot'],
    ['root', 'root'],
    ['@fedora 44', 'fedora-44'],
    ['roots/-;rm', 'rm'],
    ['a+1', 'a'],
    ['ü', 'root'],
    ['x'.repeat(255), 'x'.repeat(64)],
  ] as const;
  for (const [path, name] of cases) assert.is(beNameFromPath(path), name);
});

test('are valid when derived from a path and truncated before a boot counter', () => {
  for (let length = 55; length <= 66; length += 1) {
    for (const tail of ['+1xxxxxxxxxx', '+12345678901', '+1-2xxxxxxxx', '-----------x', '+']) {
      const name = beNameFromPath('a'.repeat(length) + tail);
      assert.is(parseBeName(name), name);
    }
  }
});

test('are equal if they differ only in case, separators or leading zeros', () => {
  const same = [
    ['Root', 'root'],
    ['a1', 'a.1'],
    ['a-1', 'a_1'],
    ['a01', 'a1'],
    ['a.b', 'a-b'],
    ['a-', 'a'],
  ] as const;
  for (const [a, b] of same) assert.is(beNameKey(beName(a)), beNameKey(beName(b)), `${a} ${b}`);
  const different = [
    ['a1', 'a10'],
    ['a', 'b'],
    ['a1', 'a'],
    ['ab', 'a-b'],
    ['1.2', '12'],
  ] as const;
  for (const [a, b] of different) assert.is.not(beNameKey(beName(a)), beNameKey(beName(b)), `${a} ${b}`);
});

test('a free name is the name itself, or has the first free number', () => {
  assert.is(freeBeName(beName('root'), []), 'root');
  assert.is(freeBeName(beName('root'), [beName('ROOT')]), 'root-2');
  assert.is(freeBeName(beName('root'), ['root', 'root-2', 'root.3'].map(beName)), 'root-4');
});

test('a free name is valid when it is truncated before a boot counter', () => {
  for (let length = 50; length <= 58; length += 1) {
    const taken = beName(`${'a'.repeat(length)}+1xxx`);
    const name = freeBeName(taken, [taken]);
    assert.is(parseBeName(name), name);
  }
});

test.run();
