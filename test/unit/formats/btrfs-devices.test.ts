import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDeviceCount, parseMissingDevices } from '../../../lib/formats/btrfs-devices.ts';

const test = suite('btrfs devices');

test('are counted from the superblock', () => {
  assert.is(parseDeviceCount('csum_type\t\t0 (crc32c)\nnum_devices\t\t2\ncompat_flags\t\t0x0\n'), 2);
  assert.is(parseDeviceCount('no superblock'), undefined);
});

test('are reported missing by a warning or by the list of devices', () => {
  const shown =
    'Label: none  uuid: 9f78a692\n\tTotal devices 3 FS bytes used 160.00KiB\n\tdevid    1 size 300.00MiB used 104.00MiB path /dev/loop3\n';
  assert.equal(parseMissingDevices(`${shown}warning, device 3 is missing\nwarning, device 2 is missing\n`), [2, 3]);
  const listed = '\tdevid    2 size 0 used 0 path <missing disk> MISSING\n';
  assert.equal(parseMissingDevices(`${shown}${listed}warning, device 2 is missing\n`), [2]);
  assert.equal(parseMissingDevices(shown), []);
});

test.run();
