import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseFstab } from '../../../lib/formats/fstab.ts';
import type { BootLayout } from '../../../lib/model/boot-layout.ts';
import type { BootDirectoryFacts } from '../../../lib/model/observation.ts';
import { understandLayout } from '../../../lib/plan/understand/layout.ts';

const directory: BootDirectoryFacts = { kind: 'directory', files: [], mountedFrom: undefined };
const layout = (boot: BootDirectoryFacts, fstab = ''): BootLayout => understandLayout(boot, parseFstab(fstab));

const test = suite('understandLayout');

test('/boot is in the root where nothing else is said, a mounted /boot/efi included', () => {
  assert.equal(layout(directory), { kind: 'boot-in-root' });
  assert.equal(layout(directory, 'UUID=1 /boot/efi vfat defaults\nUUID=2 /boothill ext4 defaults\n'), {
    kind: 'boot-in-root',
  });
});

test('a line of fstab tells a /boot of another file system, mounted or not, and is named', () => {
  assert.equal(layout(directory, '\nUUID=1 /boot ext4 noauto 0 0\n'), {
    kind: 'separate-boot',
    found: 'ext4 on UUID=1, by line 2 of its fstab',
  });
  assert.is(layout(directory, 'UUID=1 /boot/ vfat defaults').kind, 'separate-boot');
  assert.is(layout(directory, 'UUID=1 /boot btrfs subvol=@boot').kind, 'boot-subvolume');
});

test('what is mounted now tells what fstab does not', () => {
  assert.equal(layout({ ...directory, mountedFrom: 'xfs /dev/sda1' }), {
    kind: 'separate-boot',
    found: 'xfs /dev/sda1, mounted now',
  });
  assert.is(layout({ ...directory, mountedFrom: 'btrfs /dev/sda1' }).kind, 'boot-subvolume');
});

test('a /boot that is a subvolume, or the empty place of one, is told', () => {
  assert.equal(layout({ kind: 'subvolume', path: '@a/boot' }), {
    kind: 'boot-subvolume',
    found: 'the subvolume /@a/boot',
  });
  assert.equal(layout({ kind: 'placeholder', path: '@a/boot' }), { kind: 'boot-placeholder', found: '/@a/boot' });
});

test.run();
