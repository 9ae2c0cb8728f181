import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseBlsEntry } from '../../../lib/formats/bls-entry.ts';

const test = suite('parseBlsEntry');

test('reads an entry of Fedora', () => {
  const entry = parseBlsEntry(
    [
      'title Fedora Linux (6.17.1-300.fc44.x86_64) 44',
      'version 6.17.1-300.fc44.x86_64',
      'linux /boot/vmlinuz-6.17.1-300.fc44.x86_64',
      'initrd /boot/initramfs-6.17.1-300.fc44.x86_64.img $tuned_initrd',
      'options root=UUID=1 ro rootflags=subvol=root rhgb quiet $tuned_params',
      'grub_users $grub_users',
      'grub_arg --unrestricted',
      'grub_class fedora',
    ].join('\n'),
  );

  assert.equal(entry, {
    title: 'Fedora Linux (6.17.1-300.fc44.x86_64) 44',
    version: '6.17.1-300.fc44.x86_64',
    linux: '/boot/vmlinuz-6.17.1-300.fc44.x86_64',
    initrds: ['/boot/initramfs-6.17.1-300.fc44.x86_64.img', '$tuned_initrd'],
    options: 'root=UUID=1 ro rootflags=subvol=root rhgb quiet $tuned_params',
    allOptions: 'root=UUID=1 ro rootflags=subvol=root rhgb quiet $tuned_params',
  });
});

test('uses the first options line, as GRUB does, with tabs, spaces and CRLF line ends', () => {
  const entry = parseBlsEntry('# options no\noptions\ta b \r\n\noptions   c="d e"\r\noptions\nlinux /l\r\n');

  assert.equal(
    [entry.title, entry.linux, entry.initrds, entry.options, entry.allOptions],
    [undefined, '/l', [], 'a b', 'a b c="d e"'],
  );
});

test('uses the first of repeated keys', () => {
  assert.is(parseBlsEntry('version 1\nversion 2\n').version, '1');
});

test.run();
