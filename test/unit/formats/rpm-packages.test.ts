import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { comparePackages, findDuplicates, parseInstalled } from '../../../lib/formats/rpm-packages.ts';

const test = suite('lists of packages');

const list = (...lines: readonly string[]) => parseInstalled(lines.map((line) => `${line}\n`).join(''));

test('omit an epoch of 0, warnings and keys', () => {
  assert.equal(list('app 0 2 1 noarch', 'x 3 1.0 2.fc44 x86_64', 'error: no database', 'gpg-pubkey 0 1 2 (none)'), [
    { name: 'app', version: '2-1', arch: 'noarch' },
    { name: 'x', version: '3:1.0-2.fc44', arch: 'x86_64' },
  ]);
});

test('differ by updates, added and removed versions, for each architecture separately', () => {
  const before = list(
    'app 0 1 1 noarch',
    'old 0 1 1 noarch',
    'kernel-core 0 6.1 1 x86_64',
    'lib 0 1 1 i686',
    'lib 0 1 1 x86_64',
  );
  const after = list(
    ...['app 0 2 1 noarch', 'kernel-core 0 6.1 1 x86_64', 'kernel-core 0 6.2 1 x86_64'],
    ...['lib 0 1 1 i686', 'lib 0 2 1 x86_64', 'new 0 1 1 noarch'],
  );
  assert.equal(comparePackages(before, after), {
    added: [
      { name: 'kernel-core', version: '6.2-1', arch: 'x86_64' },
      { name: 'new', version: '1-1', arch: 'noarch' },
    ],
    removed: [{ name: 'old', version: '1-1', arch: 'noarch' }],
    changed: [
      { name: 'app', arch: 'noarch', from: '1-1', to: '2-1' },
      { name: 'lib', arch: 'x86_64', from: '1-1', to: '2-1' },
    ],
  });
});

test('have a duplicate if an upgrade kept the old version of a package by mistake', () => {
  const before = list('app 0 1 1 noarch', 'double 0 1 1 noarch', 'double 0 2 1 noarch', 'kernel-core 0 6.1 1 x86_64');
  const after = [...before, ...list('app 0 2 1 noarch', 'kernel-core 0 6.2 1 x86_64')];
  const kernels = after.filter(({ name }) => name === 'kernel-core');
  assert.equal(findDuplicates(before, after, kernels), [{ name: 'app', versions: ['1-1', '2-1'] }]);
  for (const parallel of [[], kernels.slice(1)])
    assert.equal(
      findDuplicates(before, after, parallel).map(({ name }) => name),
      ['app', 'kernel-core'],
    );
});

test.run();
