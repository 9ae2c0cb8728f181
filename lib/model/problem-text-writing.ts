import type { Messages } from './problem-text-type.ts';

/** Messages about files that cannot be written. */
export const writingWords: Messages<'no-space' | 'filesystem-read-only' | 'write-refused'> = {
  'no-space': ({ path, unchanged }) => ({
    message: `cannot write /${path}: no space left${nothingChanged(unchanged)}`,
    hint: 'free some space (btrfs filesystem usage shows where it is, btrfs qgroup show -re which quota is reached), then run: be-hook sync',
  }),
  'filesystem-read-only': ({ path, unchanged }) => ({
    message: `cannot write /${path}: the file system is read-only${nothingChanged(unchanged)}`,
    hint: 'mount it writable, then run: be-hook sync',
  }),
  'write-refused': ({ path, why }) => ({
    message: `cannot write /${path} (${why})`,
    hint: 'check whether it is immutable (lsattr) or a directory, then run: be-hook sync',
  }),
};

function nothingChanged(unchanged: true | undefined): string {
  return unchanged === true ? '; nothing was changed' : '';
}
