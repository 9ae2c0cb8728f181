import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fitsInPlace, sectorSize } from '../formats/sectors.ts';
import { BeHookError } from '../model/problem.ts';
import { openBeneath } from './beneath.ts';
import { discardFile, overwriteFile, removeFile, shortPath, stat, writeError } from './files.ts';
import type { KeptFile } from './kept-file.ts';
import { type StagedFile, stagedName } from './staged-file.ts';

/** The new content of a file on FAT. */
export interface FatContent {
  readonly text: string;
  /** The number of further contents of the file in the same plan. */
  readonly more: number;
  /** Whether the plan removes the present file before. */
  readonly isRemoved: boolean;
}

/**
 * New content of a file on FAT, where a replaced file may be missing after a power cut. A present file is overwritten in
 * place, if `fitsInPlace` permits it. A file with a new name is written under another
 * name first, which shows that there is space, and then again under its own name. A rename would not do: power cuts left
 * renamed files empty, some of them after the next barrier. Throws `internal` for every other replacement. `done` is as for
 * `stageFile`. FAT has no modes.
 */
export function stageFatFile(path: string, { text, more, isRemoved }: FatContent, done: () => void): StagedFile {
  const present = isRemoved ? undefined : stat(path);
  const isInPlace = present?.kind === 'file' && canOverwrite(path, present.size, text);
  if (more > 0 || (present !== undefined && !isInPlace)) throw cannotReplace(path);
  const staged = join(dirname(path), stagedName(path.split('/').at(-1) ?? '', 0));
  const discard = (): void => {
    discardFile(staged);
    done();
  };
  if (!isInPlace) reserve(staged, text);
  const commit = (): void => {
    discardFile(staged);
    if (!isInPlace && stat(path) !== undefined) throw cannotReplace(path);
    overwriteFile(path, text);
    done();
  };
  return { path: staged, commit, discard };
}

function canOverwrite(path: string, size: number, text: string): boolean {
  const content = Buffer.from(text);
  if (size === content.length && size <= sectorSize) return true;
  return size <= content.length && fitsInPlace(readFileSync(path), content);
}

function cannotReplace(path: string): BeHookError {
  const what = `cannot replace ${shortPath(path)} on FAT: only a sector of the same length can be overwritten`;
  return new BeHookError({ code: 'internal', text: what });
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

/** A file with more bytes is not restored. It is a menu that nothing names. */
const rememberedSize = 64 * 1024;

/** Like `keepFile`, on FAT, which has no second names: it remembers the content. Throws what reading throws. */
export function keepFatFile(directory: string, name: string): KeptFile {
  const { path: around, close } = openBeneath(directory, '');
  const place = `${around}/${name}`;
  try {
    const found = stat(place);
    const text = found?.kind === 'file' && found.size <= rememberedSize ? readFileSync(place) : undefined;
    const restore = (): void => {
      if (text === undefined || stat(place)?.size !== found?.size) removeFile(place);
      if (text !== undefined) overwriteFile(place, text);
    };
    return { restore, drop: close };
  } catch (error) {
    close();
    throw writeError(error, `${directory}/${name}`);
  }
}
