import type { Words } from './problem-text-type.ts';

/** The words for what goes wrong with boot environments that are sent and received. */
export const streamWords: Words<'stream-unfit' | 'stream-broken' | 'volume-missing'> = {
  'stream-unfit': ({ why }) => ({
    message: `what came in cannot be a boot environment: ${why}; nothing was changed`,
    hint: 'send it again with: be-hook export, and see that all of it arrives',
  }),
  'stream-broken': ({ how }) => ({
    message: `not all of the stream was sent: ${how}; nobody can import it`,
    hint: 'look at what reads it and where it is kept, then export again',
  }),
  'volume-missing': ({ name, mountpoint, path }) => ({
    message: `“${name}” wants to share ${mountpoint}, and there is no subvolume “${path}” here`,
    hint: 'make one, or take the line out of its fstab; it boots without',
  }),
};
