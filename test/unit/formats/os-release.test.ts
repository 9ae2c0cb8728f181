import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseOsRelease } from '../../../lib/formats/os-release.ts';

const test = suite('parseOsRelease');

// Lines from the os-release files that these distributions ship.
for (const [text, expected] of [
  ['NAME="Fedora Linux"\nID=fedora\nPRETTY_NAME="Fedora Linux 44 (Server)"\n', ['Fedora Linux 44 (Server)', 'fedora']],
  [
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nID=debian\n',
    ['Debian GNU/Linux 12 (bookworm)', 'debian'],
  ],
  ['NAME="openSUSE Tumbleweed"\nID="opensuse-tumbleweed"\n', ['openSUSE Tumbleweed', 'opensuse-tumbleweed']],
  ["NAME='Single'\n", ['Single', 'linux']],
  ['# comment\n\nNAME=Plain', ['Plain', 'linux']],
] as const) {
  test(`returns the name ${expected[0]}`, () => {
    const parsed = parseOsRelease(text);
    assert.equal([parsed?.prettyName, parsed?.id], expected);
  });
}

test('rejects a text without a system name', () => {
  for (const text of ['', 'ID=fedora\n', 'NAME=\n', 'NAME="  "\n', 'PRETTY_NAME="open\n', '<html>', 'NAME=$(evil)\n']) {
    assert.is(parseOsRelease(text), undefined, text);
  }
});

test.run();
