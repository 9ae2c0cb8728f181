import { dirname, join } from 'node:path';
import { BeHookError } from '../model/problem.ts';
import { openBeneath } from './beneath.ts';
import { discardFile, overwriteFile, readText, removeFile, shortPath, stat, writeError } from './files.ts';
import type { KeptFile } from './kept-file.ts';
import { type StagedFile, stagedName } from './staged-file.ts';

/** A disk writes a sector completely or not at all. No sector is smaller, and FAT stores a file from a sector's start. */
const sectorSize = 512;

/**
 * New content of a file on FAT, where a replaced file may be missing after a power cut. A present file is overwritten in
 * place, if both contents have the same length and fit into one sector. A file with a new name is written under another
 * name first, which shows that there is space, and then again under its own name. A rename would not do: power cuts left
 * renamed files empty, some of them after the next barrier. Throws `internal` for every other replacement. The arguments
 * are those of `stageFile`. FAT has no modes.
 */
export function stageFatFile(path: string, text: string, more: number, done: () => void): StagedFile {
  const size = Buffer.byteLength(text);
  const present = stat(path);
  const isInPlace = present?.kind === 'file' && present.size === size && size <= sectorSize;
  if (more > 0 || (present !== undefined && !isInPlace)) {
    const what = `cannot replace ${shortPath(path)} on FAT: only a sector of the same length can be overwritten`;
    throw new BeHookError({ code: 'internal', text: what });
  }
  const staged = join(dirname(path), stagedName(path.split('/').at(-1) ?? '', 0));
  const discard = (): void => {
    discardFile(staged);
    done();
  };
  if (!isInPlace) reserve(staged, text);
  const commit = (): void => {
    discardFile(staged);
    overwriteFile(path, text);
    done();
  };
  return { path: staged, commit, discard };
}

function reserve(staged: string, text: string): void {
  try {
    discardFile(staged);
    overwriteFile(staged, text);
  } catch (error) {
    discardFile(staged);
    throw error;
  }
}

/** Like `keepFile`, on FAT, which has no second names: it remembers the content. Throws what reading throws. */
export function keepFatFile(directory: string, name: string): KeptFile {
  const { path: around, close } = openBeneath(directory, '');
  const place = `${around}/${name}`;
  try {
    const found = stat(place);
    const text = found?.kind === 'file' && found.size <= sectorSize ? readText(place) : undefined;
    const restore = (): void => {
      if (text === undefined) removeFile(place);
      else overwriteFile(place, text);
    };
    return { restore, drop: close };
  } catch (error) {
    close();
    throw writeError(error, `${directory}/${name}`);
  }
}
