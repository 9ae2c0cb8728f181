import fs from 'node:fs';
import { dirname } from 'node:path';
import { BeHookError } from '../model/problem.ts';
import { findBeneath, splitPath, using, withoutHandle } from './beneath.ts';
import { errorCode } from './error-code.ts';

export { errorCode } from './error-code.ts';

/** What a path is. */
export interface Stat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly size: number;
  /** Bytes that are allocated, which holes are not. */
  readonly allocated: number;
  readonly inode: number;
  readonly device: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly modified: number;
  /** Seconds since 1970, 0 where the file system does not tell. */
  readonly born: number;
}

/** What lies at a path, not following a symbolic link; undefined when nothing does. */
export function stat(path: string): Stat | undefined {
  const found = tolerate(['ENOTDIR'], () => fs.lstatSync(path, { throwIfNoEntry: false }));
  if (found === undefined) return undefined;
  const kind = found.isFile()
    ? 'file'
    : found.isDirectory()
      ? 'directory'
      : found.isSymbolicLink()
        ? 'symlink'
        : 'other';
  const { size, ino: inode, dev: device, uid, gid } = found;
  const born = Math.floor(found.birthtimeMs / 1000);
  const modified = Math.floor(found.mtimeMs / 1000);
  const mode = found.mode & 0o7777;
  return { kind, size, allocated: found.blocks * 512, inode, device, mode, uid, gid, modified, born };
}

/** The device number of what a path leads to, symbolic links followed. Throws what node:fs throws. */
export function followedDevice(path: string): number {
  return fs.statSync(path).dev;
}

/** The absolute path of something on an opened file system. */
export function pathOf(top: string, path: string): string {
  return path === '' ? top : `${top}/${path}`;
}

/** Names in a directory in a fixed order; none when there is no such directory. */
export function listNames(path: string): readonly string[] {
  return (tolerate(['ENOENT', 'ENOTDIR'], () => fs.readdirSync(path)) ?? []).sort();
}

/** Where a symbolic link points. */
export function readLink(path: string): string {
  return fs.readlinkSync(path);
}

/** A path with all symbolic links resolved, as the machine itself sees it; undefined when there is nothing. */
export function realPath(path: string): string | undefined {
  return tolerate(['ENOENT', 'ENOTDIR', 'ELOOP'], () => fs.realpathSync(path));
}

/**
 * Hands `body` a regular file that is open. No link is followed, and no pipe or device waited for. Throws what node:fs
 * throws, and an error with the code EINVAL where it is not a regular file.
 */
export function withRegularFile<T>(path: string | Buffer, body: (fd: number) => T): T {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = fs.constants;
  const fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  try {
    if (!fs.fstatSync(fd).isFile()) throw Object.assign(new Error('it is not a regular file'), { code: 'EINVAL' });
    return body(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * The text of a file. Throws what node:fs throws, and a TypeError when it is not UTF-8: what is rewritten must come
 * back as it was.
 */
export function readText(path: string | number): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(path));
}

/**
 * Writes a file that is not read yet, in full and to the disk; a file that has its name is removed first. Throws what
 * node:fs throws.
 */
export function writeNewFile(path: string, text: string, like: Pick<Stat, 'mode'> & Partial<Stat>): void {
  unlink(path);
  const fd = fs.openSync(path, 'wx', 0o600);
  try {
    fs.writeFileSync(fd, text);
    if (like.uid !== undefined && like.gid !== undefined) fs.fchownSync(fd, like.uid, like.gid);
    fs.fchmodSync(fd, like.mode);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Gives a file another name in its directory, durably; what had that name is replaced. */
export function moveFile(from: string, to: string): void {
  rethrow(to, () => fs.renameSync(from, to));
  syncDirectory(dirname(to));
}

/**
 * Removes a file if that is possible: on a full or read-only file system the first error is the one to tell, and the next
 * run removes what stays.
 */
export function discardFile(path: string): void {
  tolerate(['EROFS', 'ENOSPC', 'EDQUOT', 'EIO', 'EPERM', 'EACCES', 'EISDIR'], () => unlink(path));
}

/** Removes a file durably; nothing happens when it is gone already. A directory is none: `write-refused`. */
export function removeFile(path: string): void {
  rethrow(path, () => {
    unlink(path);
    syncDirectory(dirname(path));
  });
}

/** Makes a directory and those above it. */
export async function makeDirectory(path: string, mode = 0o755): Promise<void> {
  // Loaded where it is needed: graceful-fs below it takes longer than all else that an idle sync loads of be-hook.
  const { ensureDir } = await import('fs-extra');
  await ensureDir(path, { mode }).catch((error: unknown) => {
    throw writeError(error, path);
  });
}

/** Writes a file where it lies, or makes it and its directory; it is on disk when this returns. For FAT only. */
export function overwriteFile(path: string, text: string): void {
  rethrow(path, () => {
    fs.mkdirSync(dirname(path), { recursive: true });
    const fd = fs.openSync(path, fs.existsSync(path) ? 'r+' : 'w');
    try {
      fs.writeSync(fd, text, 0);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    syncDirectory(dirname(path));
  });
}

/** How a file is opened to read it and to add to its end, no link followed. */
export const appending = fs.constants.O_RDWR | fs.constants.O_APPEND | fs.constants.O_NOFOLLOW;

/** Adds a line to a file, which is made if there is none, and its directory too; it is on disk when this returns. */
export function appendLine(path: string, line: string): void {
  rethrow(path, () => {
    fs.mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    const fd = fs.openSync(path, appending | fs.constants.O_CREAT, 0o600);
    try {
      fs.writeFileSync(fd, `${line}\n`);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  });
}

/** Gives a directory another name. */
export function moveDirectory(from: string, to: string): void {
  rethrow(to, () => fs.renameSync(from, to));
}

/** Removes a directory if nothing is in it. */
export function removeEmptyDirectory(path: string): void {
  tolerate(['ENOENT', 'ENOTEMPTY', 'ENOTDIR', 'EROFS'], () => fs.rmdirSync(path));
}

/** Removes a directory below the top of a file system, and the directories in it, as far as they are empty. */
export function removeEmptyTree(top: string, path: string): void {
  const { parent, name } = splitPath(path);
  const around = findBeneath(top, parent);
  if (around === undefined) return;
  using(around, (open) => {
    const directory = findBeneath(open.path, name);
    if (directory === undefined) return;
    using(directory, (inner) => {
      for (const entry of listNames(inner.path)) {
        if (stat(`${inner.path}/${entry}`)?.kind === 'directory') removeEmptyTree(inner.path, entry);
      }
    });
    removeEmptyDirectory(`${open.path}/${name}`);
  });
}

function unlink(path: string): void {
  tolerate(['ENOENT'], () => fs.unlinkSync(path));
}

function syncDirectory(path: string): void {
  const fd = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Does something to a path; what the kernel refuses is thrown as the problem that it is. */
export function rethrow<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw writeError(error, path);
  }
}

/** The problem behind a failed write. */
export function writeError(error: unknown, path: string): unknown {
  const code = errorCode(error);
  const shown = shortPath(path);
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new BeHookError({ code: 'no-space', path: shown }, { cause: error });
  if (code === 'EROFS') return new BeHookError({ code: 'filesystem-read-only', path: shown }, { cause: error });
  if (['EPERM', 'EACCES', 'EISDIR', 'ENOTDIR', 'EIO', 'EBUSY'].includes(code)) {
    const why = code === 'EISDIR' ? 'it is a directory' : code;
    return new BeHookError({ code: 'write-refused', path: shown, why }, { cause: error });
  }
  return error;
}

/** A path as the user knows it: without the way through which we reach the top of the file system. */
export function shortPath(path: string): string {
  return withoutHandle(path)
    .replace(/^\/proc\/\d+\/root\/[^/]+\/?/, '')
    .replace(/^\/+/, '');
}

/** Does something that may fail in these ways, and answers undefined then. */
export function tolerate<T>(codes: readonly string[], action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (codes.includes(errorCode(error))) return undefined;
    throw error;
  }
}
