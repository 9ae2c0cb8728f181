import { dirname, join } from 'node:path';
import { discardFile, moveFile, stat, writeError, writeNewFile } from './files.ts';

/**
 * Name of the file with new content, in the directory of the file that it will replace. `more` is the number of further
 * files with new content that will replace the same file later.
 */
export function stagedName(name: string, more: number): string {
  return `.${name}.be-hook-tmp${more === 0 ? '' : `-${more}`}`;
}

/** Whether a file with this name has new or old content for the file `target` in the same directory. */
export function isStagedName(name: string, target: string): boolean {
  const staged = stagedName(target, 0);
  return name.startsWith(staged) && /^(-[0-9]+|-old)?$/.test(name.slice(staged.length));
}

/** New content of one file, complete and on disk, but not in its place yet. */
export interface StagedFile {
  /** The path of the file with the new content. */
  readonly path: string;
  /** Renames it to its place, then syncs the directory (fsync(2)). */
  readonly commit: () => void;
  /** Deletes it. */
  readonly discard: () => void;
}

/**
 * Writes new content beside a file, with the owner and mode of the old file. It writes sequentially, because GRUB reads
 * neither holes nor preallocated extents. `more` is the number of further contents in the same plan that will replace
 * this content later. The result calls `done` after it commits or discards the content.
 */
export function stageFile(
  path: string,
  text: string,
  modeIfNew: number,
  more = 0,
  done: () => void = () => undefined,
): StagedFile {
  const staged = join(dirname(path), stagedName(path.split('/').at(-1) ?? '', more));
  const present = stat(path);
  // The new file replaces a symbolic link. The mode of the link itself has no meaning.
  const old = present?.kind === 'file' ? present : undefined;
  try {
    writeNewFile(staged, text, old ?? { mode: modeIfNew });
  } catch (error) {
    discardFile(staged);
    throw writeError(error, path);
  }
  return {
    path: staged,
    commit: () => {
      moveFile(staged, path);
      done();
    },
    discard: () => {
      discardFile(staged);
      done();
    },
  };
}
