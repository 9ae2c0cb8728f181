import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findDuplicates, parseArch, parseInstalled, printArch } from '../../../lib/formats/rpm-packages.ts';

const test = suite('lists of packages');

const list = (...lines: readonly string[]) => parseInstalled(lines.map((line) => `${line}\n`).join(''));

test('omit an epoch of 0, warnings and keys', () => {
  assert.equal(list('app 0 2 1 noarch', 'x 3 1.0 2.fc44 x86_64', 'error: no database', 'gpg-pubkey 0 1 2 (none)'), [
    { name: 'app', version: '2-1', arch: 'noarch', parallel: false },
    { name: 'x', version: '3:1.0-2.fc44', arch: 'x86_64', parallel: false },
  ]);
});

test('mark the packages that allow parallel versions', () => {
  const [kernel, app] = parseInstalled(
    'kernel-core 0 6.1 1 x86_64\napp 0 1 1 noarch\n',
    'kernel-core 0 6.1 1 x86_64\n',
  );
  assert.equal([kernel?.parallel, app?.parallel], [true, false]);
});

test('can have packages without an architecture', () => {
  assert.is(list('bundle 0 1 1 (none)')[0]?.arch, undefined);
  for (const arch of [undefined, 'noarch']) assert.is(parseArch(printArch(arch)), arch);
});

test('have a duplicate if an upgrade kept the old version of a package by mistake', () => {
  const before = list('app 0 1 1 noarch', 'double 0 1 1 noarch', 'double 0 2 1 noarch', 'kernel-core 0 6.1 1 x86_64');
  const kernels = ['kernel-core 0 6.1 1 x86_64', 'kernel-core 0 6.2 1 x86_64'];
  const after = (parallel: readonly string[]) =>
    parseInstalled(
      ['app 0 1 1 noarch', 'app 0 2 1 noarch', 'double 0 1 1 noarch', 'double 0 2 1 noarch', ...kernels].join('\n'),
      parallel.join('\n'),
    );
  assert.equal(findDuplicates(before, after(kernels)), [{ name: 'app', versions: ['1-1', '2-1'] }]);
  for (const parallel of [[], kernels.slice(1)])
    assert.equal(
      findDuplicates(before, after(parallel)).map(({ name }) => name),
      ['app', 'kernel-core'],
    );
});

test.run();
