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
  /** The digest of its content, as in `TreeEntry`. */
  readonly content: string;
}

/** The sources of an entry's content and attributes. */
export interface EntryParts {
  readonly from: string;
  /** The content, where it differs from the content of `from`. */
  readonly text: string | undefined;
  /** The file that has the extended attributes. */
  readonly like: string;
}

/**
 * Makes a file or a symbolic link beside a path, with the owner and mode of `entry`. Undefined where `parts.from` was
 * deleted or has another type. Throws what writing throws.
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
 * Makes a directory, or gives an existing directory the owner, mode and attributes. It does not follow a symbolic link in
 * the last component. Throws what writing throws.
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

/** Returns whether the source exists. */
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
