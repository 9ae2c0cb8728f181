import fs from 'node:fs';
import { dirname } from 'node:path';
import { BeHookError } from '../model/problem.ts';
import { findBeneath, splitPath, using, withoutHandle } from './beneath.ts';
import { errorCode } from './error-code.ts';
import { withoutTop } from './shown-path.ts';

export { errorCode } from './error-code.ts';

/** The type, size and owner of the file at a path. */
export interface Stat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly size: number;
  /** Allocated bytes. The kernel allocates none for holes. */
  readonly allocated: number;
  readonly inode: number;
  readonly device: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly modified: number;
  /** Seconds since 1970; 0 where the file system does not record it. */
  readonly born: number;
}

/** The file at a path. The function does not follow a symbolic link. Undefined where no file exists. */
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

/** The device number of the file at a path. The kernel follows symbolic links. Throws what node:fs throws. */
export function followedDevice(path: string): number {
  return fs.statSync(path).dev;
}

/** The absolute path of a file on an opened file system. */
export function pathOf(top: string, path: string): string {
  return path === '' ? top : `${top}/${path}`;
}

/** The names in a directory, in a fixed order; an empty list when the directory does not exist. */
export function listNames(path: string): readonly string[] {
  return (tolerate(['ENOENT', 'ENOTDIR'], () => fs.readdirSync(path)) ?? []).sort();
}

/** The target of a symbolic link. */
export function readLink(path: string): string {
  return fs.readlinkSync(path);
}

/** A path with all symbolic links resolved, as the running system resolves them; undefined when no file exists. */
export function realPath(path: string): string | undefined {
  return tolerate(['ENOENT', 'ENOTDIR', 'ELOOP'], () => fs.realpathSync(path));
}

/**
 * Opens a regular file for `body`. It follows no link, and does not wait for a pipe or a device. Throws what node:fs
 * throws, and an error with the code EINVAL where the file is not a regular file.
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
 * The text of a file. Throws what node:fs throws, and a TypeError when the file is not UTF-8: be-hook
 * must not damage the rest of a file that it rewrites.
 */
export function readText(path: string | number): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(path));
}

/**
 * Writes a complete file to the disk. It first removes a file that has the same name. No program may read the file
 * yet. Throws what node:fs throws.
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

/** Renames a file in its directory, durably. The file replaces any file that had the new name. */
export function moveFile(from: string, to: string): void {
  rethrow(to, () => fs.renameSync(from, to));
  syncDirectory(dirname(to));
}

/**
 * Removes a file if the file system allows it. On a full or read-only file system the caller has to report the first
 * error. The next run removes the file.
 */
export function discardFile(path: string): void {
  tolerate(['EROFS', 'ENOSPC', 'EDQUOT', 'EIO', 'EPERM', 'EACCES', 'EISDIR'], () => unlink(path));
}

/** Removes a file durably; does nothing when the file does not exist. Throws `write-refused` for a directory. */
export function removeFile(path: string): void {
  rethrow(path, () => {
    unlink(path);
    syncDirectory(dirname(path));
  });
}

/** Makes a directory and its parent directories. */
export async function makeDirectory(path: string, mode = 0o755): Promise<void> {
  // Loaded on demand: its dependency graceful-fs takes longer to load than all other modules of an idle sync.
  const { ensureDir } = await import('fs-extra');
  await ensureDir(path, { mode }).catch((error: unknown) => {
    throw writeError(error, path);
  });
}

/** Writes a file in place, or makes the file and its directory. It is on disk when this returns. For FAT only. */
export function overwriteFile(path: string, text: string | Uint8Array): void {
  rethrow(path, () => {
    fs.mkdirSync(dirname(path), { recursive: true });
    const [fd, bytes] = [fs.openSync(path, fs.existsSync(path) ? 'r+' : 'w'), Buffer.from(text)];
    try {
      for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at, bytes.length - at, at);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    syncDirectory(dirname(path));
  });
}

/** The open(2) flags to read a file and to append to it, without following a link. */
export const appending = fs.constants.O_RDWR | fs.constants.O_APPEND | fs.constants.O_NOFOLLOW;

/** Appends a line to a file; makes the file and its directory if needed. The line is on disk when this returns. */
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

/** Renames a directory. */
export function moveDirectory(from: string, to: string): void {
  rethrow(to, () => fs.renameSync(from, to));
}

/** Removes a directory if it is empty. */
export function removeEmptyDirectory(path: string): void {
  tolerate(['ENOENT', 'ENOTEMPTY', 'ENOTDIR', 'EROFS'], () => fs.rmdirSync(path));
}

/** Removes a directory below the top of a file system, and the directories in it, but only those that are empty. */
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

/** Writes the names in a directory to the disk. */
export function syncDirectory(path: string): void {
  const fd = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Runs an action on a path. Where the kernel refuses the action, the function throws the matching problem. */
export function rethrow<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw writeError(error, path);
  }
}

/** The problem that explains a failed write; the error itself where no problem matches. */
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

/** A path as the user knows it: without the prefix through which be-hook reaches the top of the file system. */
export function shortPath(path: string): string {
  return withoutTop(withoutHandle(path)).replace(/^\/+/, '');
}

/** Runs an action. Returns undefined where the action fails with one of these error codes. */
export function tolerate<T>(codes: readonly string[], action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (codes.includes(errorCode(error))) return undefined;
    throw error;
  }
}
