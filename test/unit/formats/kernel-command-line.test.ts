import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  commandLineFor,
  parseCommandLine,
  printCommandLine,
  subvolumeFlag,
} from '../../../lib/formats/kernel-command-line.ts';
import { filesystemUuid } from '../../support/builders.ts';

const root = { filesystemUuid, subvolume: { id: 256, path: '@a' } };
const own = [`root=UUID=${filesystemUuid}`, 'ro', 'rootflags=subvol=@a'];

const test = suite('parseCommandLine');

// Expected arguments by hand from next_arg of the kernel's lib/cmdline.c.
const lines: readonly (readonly [string, readonly string[]])[] = [
  ['', []],
  ['  \t\n', []],
  ['quiet  rhgb\n', ['quiet', 'rhgb']],
  ['dyndbg="file usb/* +p" quiet', ['dyndbg=file usb/* +p', 'quiet']],
  ['"dyndbg=file usb/* +p" quiet', ['dyndbg=file usb/* +p', 'quiet']],
  ['acpi_osi="!Windows 2012"', ['acpi_osi=!Windows 2012']],
  ['a="never closed b', ['a=never closed b']],
  ['a="never closed\nb\r\n', ['a=never closed b ']],
  ["a='one two'", ["a='one", "two'"]],
  ['a=b=c', ['a=b=c']],
  ['a= b', ['a=', 'b']],
];
for (const [line, words] of lines) {
  test(`splits ${JSON.stringify(line)} as the kernel does`, () => {
    assert.equal(parseCommandLine(line), words);
  });
}

test('prints arguments with spaces in quotes', () => {
  assert.is(printCommandLine(['quiet', 'a=b c', 'd e', 'f g=h']), 'quiet a="b c" "d e" "f g=h"');
});

test.run();

const law7 = suite('commandLineFor');

law7('contains root= and rootflags= exactly once, and they name the environment', () => {
  const foreign = ['root=UUID=0000', 'root=/dev/sda2', 'rootflags=subvol=@b', 'rootflags=subvolid=257'];

  assert.equal(commandLineFor([...foreign, 'quiet'], root), [...own, 'quiet']);
});

law7('keeps other root flags, each once', () => {
  const words = ['rootflags=compress=zstd:1,subvol=@b,noatime', 'rootflags=noatime'];

  assert.equal(commandLineFor(words, root), [own[0], 'ro', 'rootflags=compress=zstd:1,noatime,subvol=@a']);
});

law7('uses the last of ro and rw, and ro if there is neither', () => {
  assert.equal(commandLineFor(['ro', 'rw'], root)[1], 'rw');
  assert.equal(commandLineFor(['rw', 'ro'], root)[1], 'ro');
  assert.equal(commandLineFor([], root), own);
});

law7('drops arguments of boot loaders and GRUB variables, and keeps the order', () => {
  const words = [
    'BOOT_IMAGE=(hd0)/vmlinuz',
    'b',
    '$kernelopts',
    'initrd=/i',
    'a',
    '$tuned_params',
    'rd.luks.uuid=1',
    'rootdelay=3',
  ];

  assert.equal(commandLineFor(words, root), [...own, 'b', 'a', 'rd.luks.uuid=1', 'rootdelay=3']);
});

law7('names a path that cannot be a mount option by its id', () => {
  const cases = [
    ['@', 'subvol=@'],
    ['roots/@fedora-44', 'subvol=roots/@fedora-44'],
    ['', 'subvolid=5'],
    ['a b', 'subvolid=256'],
    ['a,ro', 'subvolid=256'],
    ["a'", 'subvolid=256'],
    ['a"b', 'subvolid=256'],
    ['a\n', 'subvolid=256'],
    ['a$x', 'subvolid=256'],
    ['ä', 'subvolid=256'],
  ] as const;
  for (const [path, flag] of cases) assert.is(subvolumeFlag({ id: 256, path }), flag);
});

law7.run();
