import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRpmQuery } from '../../../lib/formats/rpm-query.ts';

const test = suite('parseRpmQuery');

// The same form as in diff.test.ts, which runs the real rpm.
const printed = [
  'kernel-core\tx86_64\t0\t6.17.1\t300.fc44\tinstallonlypkg(kernel) kernel-core kernel-core-uname-r ',
  'gpg-pubkey\t(none)\t0\t105ef944\t65ca83d1\tgpg(Fedora (44) <fedora-44-primary@fedoraproject.org>) gpg(105ef944) ',
  'bind-libs\tx86_64\t32\t9.18.33\t1.fc44\tbind-libs bind-libs(x86-64) libbind9.so()(64bit) ',
];

test('reads one line for each package', () => {
  const [kernel, key, library] = parseRpmQuery(`${printed.join('\n')}\n`) ?? [];

  assert.equal(kernel, { name: 'kernel-core', arch: 'x86_64', version: '6.17.1-300.fc44', parallel: true });
  assert.equal(key, { name: 'gpg-pubkey', arch: undefined, version: '105ef944-65ca83d1', parallel: true });
  assert.equal(library, { name: 'bind-libs', arch: 'x86_64', version: '32:9.18.33-1.fc44', parallel: false });
});

test('reads the capability with which zypp marks packages with parallel versions', () => {
  const [one] = parseRpmQuery('kernel-default\tx86_64\t0\t6.4.0\t1\tkernel-default multiversion(kernel) \n') ?? [];

  assert.is(one?.parallel, true);
});

test('returns no packages for an empty database', () => {
  assert.equal(parseRpmQuery(''), []);
});

test('rejects output of another format', () => {
  for (const text of [
    'no arguments given\n',
    'a\tb\tc\td\te\tf\n',
    'a\tnoarch\t0\t1\t1\n',
    `${printed[0]}\nnonsense\n`,
  ])
    assert.is(parseRpmQuery(text), undefined, text);
});

test.run();
