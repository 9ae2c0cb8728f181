import { linkSync } from 'node:fs';
import { openBeneath } from './beneath.ts';
import { discardFile, moveFile, removeFile, stat, writeError } from './files.ts';
import { stagedName } from './staged-file.ts';

/** The old content of a file that be-hook is about to replace. */
export interface KeptFile {
  /** Puts the old file back in its place; removes the new file where no old file existed. */
  readonly restore: () => void;
  /** Deletes the old file. */
  readonly drop: () => void;
}

/**
 * Keeps a file of an open directory under a second name until `drop`. A second name needs no space for data. Where the
 * file cannot be replaced, this fails before be-hook replaces any file: link(2) refuses an immutable file, as rename(2)
 * would (ioctl_iflags(2)). Throws what writing throws.
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
    // Messages can show the path through the given directory, because its handle is registered.
    throw writeError(error, `${directory}/${name}`);
  }
  const drop = (): void => {
    discardFile(old);
    close();
  };
  return { restore: () => moveFile(old, place), drop };
}
