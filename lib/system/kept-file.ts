import { linkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { discardFile, moveFile, removeFile, stat, writeError } from './files.ts';
import { stagedName } from './staged-file.ts';

/** What a file was before it is replaced. */
export interface KeptFile {
  /** Puts the old file back in its place; removes the new one where there was none. */
  readonly restore: () => void;
  readonly drop: () => void;
}

/**
 * Keeps a file by another name until `drop`. It needs no room for data, and fails where the file is immutable, before
 * anything is replaced: link(2) refuses that, as rename(2) would (ioctl_iflags(2)). Throws what writing throws.
 */
export function keepFile(path: string): KeptFile {
  const old = join(dirname(path), `${stagedName(basename(path), 0)}-old`);
  discardFile(old);
  if (stat(path)?.kind !== 'file') return { restore: () => removeFile(path), drop: () => undefined };
  try {
    linkSync(path, old);
  } catch (error) {
    throw writeError(error, path);
  }
  return { restore: () => moveFile(old, path), drop: () => discardFile(old) };
}
