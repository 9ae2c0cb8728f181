import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareKernels, isRescue, isSafeRelease } from '../../../lib/model/kernel.ts';

/** The releases in the order of a menu, whatever the order of the input. */
function inMenuOrder(...releases: readonly string[]): readonly string[] {
  const sorted = (list: readonly string[]): readonly string[] =>
    list
      .map((release) => ({ release }))
      .sort(compareKernels)
      .map(({ release }) => release);
  assert.equal(sorted(releases), sorted([...releases].reverse()), 'the order must not depend on the input');
  return sorted(releases);
}

const test = suite('compareKernels');

const orders: readonly (readonly [string, readonly string[]])[] = [
  [
    'a newer patch level comes first, by number and not by letter',
    ['6.10.2-1.x86_64', '6.10.1-9.x86_64', '6.9.12-1.x86_64'],
  ],
  [
    'of one version the newer build comes first',
    ['6.17.1-301.fc44.x86_64', '6.17.1-300.fc44.x86_64', '6.17.1-99.fc44.x86_64'],
  ],
  ['a release candidate of Fedora comes after the release', ['6.17.0-1.fc44.x86_64', '6.17.0-0.rc3.31.fc44.x86_64']],
  [
    'a plain kernel comes before its variants of the same build',
    ['6.17.1-300.fc44.x86_64', '6.17.1-300.fc44.x86_64+rt', '6.17.1-300.fc44.x86_64+debug'],
  ],
  [
    'a variant of a newer build comes before an older plain kernel',
    ['6.17.2-300.fc44.x86_64+debug', '6.17.1-300.fc44.x86_64'],
  ],
  [
    'rescue kernels come last, however new they look',
    ['6.1.0-1.x86_64', '99.0.0-rescue', '0-rescue-0123456789abcdef0123456789abcdef'],
  ],
  ["Debian's backport of a newer version comes first", ['6.12.57+deb13-amd64', '6.12.9+bpo-amd64', '6.1.0-40-amd64']],
  ['a release comes before its tilde pre-releases', ['6.17', '6.17~rc2', '6.17~rc1']],
  ['tilde pre-releases come newest first, by number', ['6.17~rc10', '6.17~rc2']],
];

for (const [rule, releases] of orders) {
  test(rule, () => {
    assert.equal(inMenuOrder(...[...releases].sort()), releases);
  });
}

test.run();

const names = suite('kernel releases');

names("recognizes dracut's rescue kernels by their name", () => {
  for (const release of ['0-rescue-0123456789abcdef', '0-rescue', '6.1-rescue', '6.1+rescue', 'rescue-6.1']) {
    assert.ok(isRescue(release), release);
  }
  for (const release of ['6.1.0-1.x86_64', '6.1-rescued', '10-rescue1', 'linux'])
    assert.not(isRescue(release), release);
});

names('rejects a release that cannot be a part of a menu id', () => {
  const hostile = [
    '',
    ' ',
    '6.1 x',
    '6.1>0',
    "6.1'",
    '6.1"',
    '6.1$x',
    '6.1;x',
    '6.1\n',
    '6.1\u001b[1m',
    '-6.1',
    '../6.1',
    '6.1/x',
    'é',
  ];
  for (const release of [...hostile, 'a'.repeat(129)]) assert.not(isSafeRelease(release), JSON.stringify(release));
  const real = [
    '6.17.1-300.fc44.x86_64+debug',
    '6.4.0-150600.21-default',
    '5.10.0-0.bpo.3-amd64',
    'linux-lts',
    '6.1~rc1',
  ];
  for (const release of [...real, 'a'.repeat(128)]) assert.ok(isSafeRelease(release), release);
});

names.run();
