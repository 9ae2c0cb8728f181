import type { Messages } from './problem-text-type.ts';

/** Messages about sent and received boot environments. */
export const streamWords: Messages<'stream-unfit' | 'stream-broken' | 'volume-missing'> = {
  'stream-unfit': ({ why }) => ({
    message: `cannot import: the stream holds no valid boot environment: ${why}; nothing was changed`,
    hint: 'export it again with: be-hook export, and check that the whole stream arrives',
  }),
  'stream-broken': ({ how }) => ({
    message: `cannot send the whole stream: ${how}; this stream cannot be imported`,
    hint: 'check the program that reads the stream and the space where it is stored, then export again',
  }),
  'volume-missing': ({ name, mountpoint, path }) => ({
    message: `“${name}” mounts ${mountpoint} from the subvolume “${path}”, which does not exist here`,
    hint: 'create the subvolume, or remove the line from its fstab; it boots without the volume',
  }),
};
