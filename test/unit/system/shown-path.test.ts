import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootMountpoint, mountpoint } from '../../../lib/system/companion-command.ts';
import { shortPath } from '../../../lib/system/files.ts';

const test = suite('paths in messages');

test('begin at the top of the file system, and for a separate /boot with its mount point', () => {
  assert.is(shortPath(`/proc/12/root${mountpoint}/@be1/etc/fstab`), '@be1/etc/fstab');
  assert.is(shortPath(`/proc/12/root${mountpoint}`), '');
  assert.is(shortPath(`/proc/12/root${bootMountpoint}/be-hook/vmlinuz`), 'boot/be-hook/vmlinuz');
  assert.is(shortPath('/run/be-hook.lock'), 'run/be-hook.lock');
});

test.run();
