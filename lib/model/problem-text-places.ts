import type { Words } from './problem-text-type.ts';

/** Messages about what `--filesystem` names. */
export const placeWords: Words<'not-btrfs' | 'no-such-place' | 'devices-missing'> = {
  'not-btrfs': ({ where, found }) => ({
    message: found === undefined ? `${where} is not a btrfs` : `${where} is ${found}, not btrfs`,
    hint: 'boot environments need a btrfs root; for one that is not running use --filesystem',
  }),
  'no-such-place': ({ where }) => ({
    message: `there is no ${where}`,
    hint: 'give a directory, a device or an image of a btrfs',
  }),
  'devices-missing': ({ where, missing, total }) =>
    missing.length === 0
      ? {
          message: `cannot mount ${where}: the kernel does not know all of its ${total} devices`,
          hint: 'attach all of them (images with losetup), then run: btrfs device scan',
        }
      : {
          message: `cannot mount ${where}: of its ${total} devices, ${listDevices(missing)} missing`,
          hint: 'attach what is missing, then run: btrfs device scan; if it is lost, decide whether to run mount -o degraded, then give be-hook that directory',
        },
};

function listDevices(ids: readonly number[]): string {
  return ids.length === 1 ? `device ${ids.join('')} is` : `devices ${ids.join(', ')} are`;
}
