import { linkSync } from 'node:fs';
import { openBeneath } from './beneath.ts';
import { discardFile, moveFile, removeFile, stat, writeError } from './files.ts';
import { stagedName } from './staged-file.ts';

/** What a file was before it is replaced. */
export interface KeptFile {
  /** Puts the old file back in its place; removes the new one where there was none. */
  readonly restore: () => void;
  /** Forgets the old file. */
  readonly drop: () => void;
}

/**
 * Keeps a file of a directory that is open by another name until `drop`. That needs no room for data, and fails before
 * anything is replaced where the file cannot be replaced: link(2) refuses an immutable file, as rename(2) would
 * (ioctl_iflags(2)). Throws what writing throws.
 */
export function keepFile(directory: string, name: string): KeptFile {
  const { path: around, close } = openBeneath(directory, '');
  const [place, old] = [`${around}/${name}`, `${around}/${stagedName(name, 0)}-old`];
  try {
    discardFile(old);
    const kind = stat(place)?.kind;
    if (kind === 'directory') throw Object.assign(new Error(kind), { code: 'EISDIR' });
    if (kind !== 'file') return { restore: () => removeFile(place), drop: close };
    linkSync(place, old);
  } catch (error) {
    close();
    // The way through the directory that was handed in is the one whose path is known.
    throw writeError(error, `${directory}/${name}`);
  }
  const drop = (): void => {
    discardFile(old);
    close();
  };
  return { restore: () => moveFile(old, place), drop };
}
