import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseStub } from '../../../../lib/bootloaders/grub/stub.ts';
import { filesystemUuid as uuid } from '../../../support/builders.ts';

const test = suite('parseStub');

// As the named programs write them.
for (const [who, lines, prefix] of [
  [
    "Fedora's grub2 package, /boot in the root subvolume",
    [
      'search --no-floppy --root-dev-only --fs-uuid --set=dev UUID',
      'set prefix=($dev)/root/boot/grub2',
      'export $prefix',
      'configfile $prefix/grub.cfg',
    ],
    '/root/boot/grub2',
  ],
  [
    "Fedora's grub2 package, /boot a file system",
    [
      'search --no-floppy --fs-uuid --set=dev UUID',
      'set prefix=($dev)/grub2',
      'export $prefix',
      'configfile $prefix/grub.cfg',
    ],
    '/grub2',
  ],
  [
    "Debian's grub-install",
    ['search.fs_uuid UUID root hd0,gpt2 ', "set prefix=($root)'/@rootfs/boot/grub'", 'configfile $prefix/grub.cfg'],
    '/@rootfs/boot/grub',
  ],
  [
    "Debian's grub-install with LUKS",
    [
      'cryptomount -u 0123',
      'search.fs_uuid UUID root cryptouuid/0123 ',
      "set prefix=($root)'/@/boot/grub'",
      'configfile $prefix/grub.cfg',
    ],
    '/@/boot/grub',
  ],
  [
    "openSUSE's shim-install",
    [
      'set btrfs_relative_path="yes"',
      'search --fs-uuid --set=root UUID',
      'set prefix=(${root})/boot/grub2',
      'source "${prefix}/grub.cfg"',
    ],
    '/boot/grub2',
  ],
] as const) {
  test(`reads the stub of ${who}`, () => {
    const text = lines.map((line) => `${line.replace('UUID', uuid)}\n`).join('');
    assert.equal(parseStub(text), { uuid, prefix });
  });
}

test('rejects a grub.cfg that loads no other file', () => {
  const menu = [
    'set timeout=5',
    "menuentry 'Linux' {",
    `\tsearch --fs-uuid --set=root ${uuid}`,
    '\tlinux /vmlinuz',
    '}',
  ];
  for (const text of ['', menu.join('\n'), 'set prefix=($root)/boot/grub\n', `search.fs_uuid ${uuid} root\n`]) {
    assert.is(parseStub(text), undefined);
  }
});

test.run();
