import { dirname, join } from 'node:path';
import { discardFile, moveFile, stat, writeError, writeNewFile } from './files.ts';

/**
 * Name of the file in which new content waits beside the one it is to replace. `more` is how many contents wait there
 * that will replace it in its turn.
 */
export function stagedName(name: string, more: number): string {
  return `.${name}.be-hook-tmp${more === 0 ? '' : `-${more}`}`;
}

/** Whether new content waits, or was left, under this name, for the file `target` in the same directory. */
export function isStagedName(name: string, target: string): boolean {
  const staged = stagedName(target, 0);
  return name.startsWith(staged) && /^(-[0-9]+|-old)?$/.test(name.slice(staged.length));
}

/** New content of one file, complete and on disk, but not in its place yet. */
export interface StagedFile {
  /** Where it waits. */
  readonly path: string;
  /** Puts it in its place: rename, then fsync of the directory. */
  readonly commit: () => void;
  /** Takes it away again. */
  readonly discard: () => void;
}

/**
 * Writes new content beside a file: plain sequential writes (GRUB reads neither holes nor preallocation), owner and
 * mode of the old one. `more` is how many contents of the same plan will replace this one in its turn; `done` is called
 * when it is in its place, or taken away.
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
  // A symbolic link is replaced, and its own mode says nothing.
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
