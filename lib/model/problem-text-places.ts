import type { Messages } from './problem-text-type.ts';

/** Messages about the arguments of `--filesystem` and `--boot`. */
export const placeWords: Messages<'not-btrfs' | 'no-such-place' | 'boot-unusable' | 'devices-missing'> = {
  'not-btrfs': ({ where, found }) => ({
    message: found === undefined ? `${where} is not a btrfs file system` : `${where} is ${found}, not btrfs`,
    hint: 'use a btrfs root; name a file system that is not running with --filesystem',
  }),
  'no-such-place': ({ where }) => ({
    message: `cannot find ${where}`,
    hint: 'name a directory, a device or an image of a file system',
  }),
  'boot-unusable': ({ where, why }) => ({
    message: `cannot use ${where} as the separate /boot: ${why}`,
    hint: 'name with --boot the file system that belongs to /boot, or leave --boot out',
  }),
  'devices-missing': ({ where, missing, total }) =>
    missing.length === 0
      ? {
          message: `cannot mount ${where}: the kernel does not know all of its ${total} devices`,
          hint: 'attach all of them (images with losetup), then run: btrfs device scan',
        }
      : {
          message: `cannot mount ${where}: of its ${total} devices, ${listDevices(missing)} missing`,
          hint: 'attach the missing devices, then run: btrfs device scan; if they are lost, decide whether to run mount -o degraded, then pass that directory to --filesystem',
        },
};

function listDevices(ids: readonly number[]): string {
  return ids.length === 1 ? `device ${ids.join('')} is` : `devices ${ids.join(', ')} are`;
}
