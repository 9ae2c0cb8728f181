import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fsyncSync,
  lchownSync,
  openSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TreeEntry } from '../model/drift.ts';
import { findBeneath, giveTo, makeOpen, using } from './beneath.ts';
import { discardFile, errorCode, moveFile, removeEmptyDirectory, removeFile, stat, writeError } from './files.ts';
import { digestOf } from './read-tree.ts';
import { type StagedFile, stagedName } from './staged-file.ts';
import { copyAttributes } from './xattrs.ts';

/** A file or symbolic link, complete and on disk, but not in its place yet. */
export interface StagedEntry extends StagedFile {
  /** What its content came to be, as `TreeEntry` has it. */
  readonly content: string;
}

/** Where the parts of an entry come from. */
export interface EntryParts {
  readonly from: string;
  /** The content, where it is not that of `from`. */
  readonly text: string | undefined;
  /** What has the extended attributes. */
  readonly like: string;
}

/**
 * Makes a file or a symbolic link beside a path, with owner and mode of `entry`; undefined where what it is to be made of
 * is gone. Throws what writing throws.
 */
export async function stageEntry(path: string, entry: TreeEntry, parts: EntryParts): Promise<StagedEntry | undefined> {
  const staged = join(dirname(path), stagedName(basename(path), 0));
  const discard = (): void => discardFile(staged);
  try {
    discard();
    if (!write(staged, entry, parts)) return undefined;
    lchownSync(staged, entry.uid, entry.gid);
    if (entry.kind === 'file') withFile(staged, (fd) => fchmodSync(fd, entry.mode));
    await copyAttributes(parts.like, staged);
    if (entry.kind === 'file') withFile(staged, fsyncSync);
  } catch (error) {
    discard();
    throw writeError(error, path);
  }
  const commit = (): void => {
    if (stat(path)?.kind === 'directory') removeEmptyDirectory(path);
    moveFile(staged, path);
  };
  return { path: staged, content: digestOf(staged, entry.kind), commit, discard };
}

/**
 * Makes a directory, or gives one that is there the owner, mode and attributes. Its last component is not followed.
 * Throws what writing throws.
 */
export async function makeDirectoryLike(path: string, entry: TreeEntry, like: string): Promise<void> {
  const [parent, name] = [dirname(path), basename(path)];
  let directory = findBeneath(parent, name);
  if (directory === undefined) {
    removeFile(path);
    directory = makeOpen(parent, name);
  }
  await using(directory, async (open) => {
    giveTo(open, entry);
    await copyAttributes(like, open.path);
  });
}

/** Answers whether there was anything to make it of. */
function write(staged: string, { kind }: TreeEntry, { from, text }: EntryParts): boolean {
  if (text !== undefined) {
    writeFileSync(staged, text, { flag: 'wx', mode: 0o600 });
    return true;
  }
  if (stat(from)?.kind !== kind) return false;
  try {
    if (kind === 'symlink') symlinkSync(readlinkSync(from), staged);
    else copyFileSync(from, staged, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function withFile(path: string, action: (fd: number) => void): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    action(fd);
  } finally {
    closeSync(fd);
  }
}
