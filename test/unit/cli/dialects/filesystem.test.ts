import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { beadm } from '../../../../lib/cli/dialects/beadm.ts';
import { bectl } from '../../../../lib/cli/dialects/bectl.ts';
import { findProperty } from '../../../../lib/cli/dialects/bectl-list.ts';
import { hasEmpty, takeFilesystem } from '../../../../lib/cli/dialects/filesystem.ts';

const test = suite('--filesystem in the dialects');

const grammar = { valued: 'de', first: false };

test('is accepted at every position after the subcommand', () => {
  for (const argv of [
    ['--filesystem', '/mnt', '-e', 'a', 'b'],
    ['-e', 'a', '--filesystem=/mnt', 'b'],
    ['-e', 'a', 'b', '--filesystem', '/mnt'],
  ]) {
    assert.equal(takeFilesystem(argv, undefined, grammar), { where: '/mnt', argv: ['-e', 'a', 'b'] });
    assert.equal(takeFilesystem(argv, '/mnt', grammar), { where: '/mnt', argv: ['-e', 'a', 'b'] });
  }
});

test('is kept if it is a value, an operand or an argument of another program', () => {
  for (const argv of [
    ['-d', '--filesystem', 'b'],
    ['-ad', '--filesystem=/x'],
    ['--', '--filesystem', '/x'],
  ]) {
    assert.equal(takeFilesystem(argv, '/mnt', grammar), { where: '/mnt', argv });
  }
  const jail = ['be', 'ls', '--filesystem', '/x'];
  assert.equal(takeFilesystem(jail, undefined, { valued: 'ou', first: true }), { where: undefined, argv: jail });
});

test('is refused without a value or with two different values', async () => {
  assert.type(takeFilesystem(['--filesystem'], undefined, grammar), 'string');
  assert.type(takeFilesystem(['--filesystem='], undefined, grammar), 'string');
  assert.type(takeFilesystem(['--filesystem', '/b'], '/a', grammar), 'string');
  assert.is((await bectl(['-r', '/a', 'list', '--filesystem', '/b'])).exitCode, 64);
  assert.is((await beadm(['--filesystem', '/a', 'list', '--filesystem', '/b'])).exitCode, 1);
});

test('empty arguments are refused before be-hook reads the file system', async () => {
  assert.equal([hasEmpty(['']), hasEmpty(['-d', '']), hasEmpty(['-e', '', 'x'])], [true, false, true]);
  for (const line of [
    ['create', ''],
    ['create', '-e', '', 'x'],
    ['-r', '', 'list'],
    ['rename', 'x', ''],
  ]) {
    const { exitCode: status, messages: words } = await bectl(line);
    assert.is(status, 64, line.join(' '));
    assert.match(words[0] ?? '', 'an argument is empty');
  }
  for (const line of [
    ['create', ''],
    ['create', '-e', '', 'x'],
    ['destroy', ''],
  ]) {
    assert.is((await beadm(line)).exitCode, 1, line.join(' '));
  }
});

test('bectl list also accepts the long names of properties', () => {
  const words = ['usedbydataset', 'usedbysnapshots', 'usedbyrefreservation', 'space', 'creation', 'toString'];
  assert.equal(words.map(findProperty), ['usedds', 'usedsnap', 'usedrefreserv', 'used', 'creation', undefined]);
});

test.run();
