import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statfsSync,
} from 'node:fs';
import { BeHookError } from '../model/problem.ts';
import { errorCode } from './error-code.ts';
import { namesBelow } from './shown-path.ts';

/**
 * A directory that stays open. Unprivileged users can rename it and put a symbolic link in its place. `path` still leads
 * to the directory that was opened.
 */
export interface OpenDirectory {
  readonly fd: number;
  /** Its path for this process and for programs that it starts, valid until `close`. */
  readonly path: string;
  readonly close: () => void;
}

/** The owner and the mode of a file or directory. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** The paths of the open directories from the top of the file system, by `OpenDirectory.path`. Messages show them. */
const openPaths = new Map<string, string>();

const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Opens a directory below the top of a file system, one component after the other, without following a symbolic link.
 * Node has no openat(2): /proc/PID/fd/N/NAME is its equivalent (proc(5)). With `make`, the function makes missing
 * directories with this mode, regardless of the umask. Throws `write-refused` where a component is a symbolic link, is
 * not a directory or is missing.
 */
export function openBeneath(top: string, path: string, make?: number): OpenDirectory {
  const parts = path.split('/').filter((part) => part !== '');
  const names = namesBelow(top);
  let open = openRoot(top);
  for (const [index, part] of parts.entries()) {
    const above = open;
    const at = { path: names(path), here: names(parts.slice(0, index + 1).join('/')) };
    open = using(above, () => openNamed(above, part, at, make));
  }
  return open;
}

/** Opens a directory in an open one. `at` has the whole path, and the path of this directory, for messages. */
function openNamed(
  parent: OpenDirectory,
  name: string,
  at: { readonly path: string; readonly here: string },
  make?: number,
): OpenDirectory {
  try {
    const opened = openPart(parent, name, make);
    openPaths.set(opened.path, at.here);
    return opened;
  } catch (error) {
    throw explain(error, parent, name, at);
  }
}

/** As `openBeneath`; undefined where a component is missing, is not a directory or is a symbolic link. */
export function findBeneath(top: string, path: string): OpenDirectory | undefined {
  try {
    return openBeneath(top, path);
  } catch (error) {
    if (error instanceof BeHookError && error.problem.code === 'write-refused') return undefined;
    throw error;
  }
}

/** Opens a directory for `body`, and closes it when `body` is done. Throws what `openBeneath` throws. */
export function inDirectory<T>(top: string, path: string, body: (directory: OpenDirectory) => T, make?: number): T {
  return using(openBeneath(top, path, make), body);
}

/**
 * Passes to `body` a path in a verified directory. Other processes can still replace its last component, so `body` must
 * not follow a symbolic link there. Throws what `openBeneath` throws.
 */
export function atPath<T>(top: string, path: string, body: (place: string) => T, make?: number): T {
  const { parent, name } = splitPath(path);
  return using(openBeneath(top, parent, make), (directory) =>
    body(name === '' ? directory.path : `${directory.path}/${name}`),
  );
}

/** Directories below the top of a file system that stay open, because be-hook reads several files below them. */
export interface HeldDirectories {
  /** Opens a directory, or returns it where it is open. Throws what `openBeneath` throws. */
  readonly open: (path: string) => OpenDirectory;
  /** Closes all of them. */
  readonly close: () => void;
}

/** Holds directories open until `close`: the path of each one is verified once, not again for each file in it. */
export function holdDirectories(top: string): HeldDirectories {
  const held = new Map<string, OpenDirectory>();
  const open = (path: string): OpenDirectory => {
    const known = held.get(path);
    if (known !== undefined) return known;
    const { parent, name } = splitPath(path);
    const at = { path: namesBelow(top)(path), here: namesBelow(top)(path) };
    const opened = name === '' ? openRoot(top) : openNamed(open(parent), name, at);
    held.set(path, opened);
    return opened;
  };
  const close = (): void => {
    for (const directory of held.values()) directory.close();
    held.clear();
  };
  return { open, close };
}

/** The directory and the name of a path from the top of a file system. */
export function splitPath(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return { parent: path.slice(0, Math.max(0, slash)), name: path.slice(slash + 1) };
}

/** Passes an open directory to `body`, and closes it when `body` is done. `body` may return a promise. */
export function using<T>(directory: OpenDirectory, body: (directory: OpenDirectory) => T): T {
  let result: T;
  try {
    result = body(directory);
  } catch (error) {
    directory.close();
    throw error;
  }
  if (result instanceof Promise) return result.finally(directory.close) as T;
  directory.close();
  return result;
}

/** The errors of open(2) where another process has deleted or replaced a directory. */
const swapped = ['ENOENT', 'ENOTDIR', 'ELOOP'];

/**
 * Opens a directory inside an open directory. The name has one character for each byte, because it need not be UTF-8.
 * Undefined where no directory has the name by now. Throws what node:fs throws.
 */
export function openInner(directory: OpenDirectory, name: string): OpenDirectory | undefined {
  try {
    return wrap(openSync(Buffer.from(`${directory.path}/${name}`, 'latin1'), flags));
  } catch (error) {
    if (swapped.includes(errorCode(error))) return undefined;
    throw error;
  }
}

/** Owner and mode of an open directory. */
export function ownerOf({ fd }: OpenDirectory): Owner {
  const { uid, gid, mode } = fstatSync(fd);
  return { uid, gid, mode: mode & 0o7777 };
}

/** Gives an open directory an owner and a mode. */
export function giveTo({ fd }: OpenDirectory, like: Owner): void {
  fchownSync(fd, like.uid, like.gid);
  fchmodSync(fd, like.mode);
}

/** A path in which the handle of an open directory is replaced by the path of that directory. */
export function withoutHandle(path: string): string {
  const [, handle, rest = ''] = /^(\/proc\/\d+\/fd\/\d+)(\/.*)?$/.exec(path) ?? [];
  const opened = handle === undefined ? undefined : openPaths.get(handle);
  return opened === undefined ? path : `${opened}${rest}`;
}

/** Opens a directory that unprivileged users cannot replace. */
export function openRoot(top: string): OpenDirectory {
  const opened = wrap(openSync(top, constants.O_RDONLY | constants.O_DIRECTORY));
  openPaths.set(opened.path, namesBelow(top)(''));
  return opened;
}

function openPart(parent: OpenDirectory, part: string, make: number | undefined): OpenDirectory {
  try {
    return wrap(openSync(`${parent.path}/${part}`, flags));
  } catch (error) {
    if (make === undefined || errorCode(error) !== 'ENOENT') throw error;
  }
  const created = makeOpen(parent.path, part);
  fchmodSync(created.fd, make);
  return created;
}

/**
 * Makes a directory that only root can enter, and opens it. Throws what node:fs throws, and EEXIST where another process
 * has put another directory in its place meanwhile. The open directory is empty and belongs to root.
 */
export function makeOpen(parent: string, name: string): OpenDirectory {
  const place = `${parent}/${name}`;
  mkdirSync(place, 0o700);
  const created = wrap(openSync(place, flags));
  const { uid, mode } = fstatSync(created.fd);
  const isPrivate = (mode & 0o077) === 0 || ((mode & 0o022) === 0 && isFat(created.path));
  if (uid === 0 && isPrivate && readdirSync(created.path).length === 0) {
    giveTo(created, { uid: 0, gid: 0, mode: 0o700 });
    return created;
  }
  created.close();
  throw Object.assign(new Error('the directory was replaced'), { code: 'EEXIST' });
}

/** f_type of FAT (statfs(2)). The mount decides which mode its directories have. */
const fatMagic = 0x4d44;

function isFat(path: string): boolean {
  return statfsSync(path).type === fatMagic;
}

function wrap(fd: number): OpenDirectory {
  const path = `/proc/${process.pid}/fd/${fd}`;
  openPaths.set(path, '');
  const close = (): void => {
    if (openPaths.delete(path)) closeSync(fd);
  };
  return { fd, path, close };
}

/** The problem that explains a failed open; `here` is the path of the component that be-hook could not open. */
function explain(
  error: unknown,
  { path: parent }: OpenDirectory,
  part: string,
  at: { path: string; here: string },
): unknown {
  const code = errorCode(error);
  if (!['ENOTDIR', 'ELOOP', 'ENOENT', 'EEXIST'].includes(code)) return error;
  const why =
    code === 'ENOENT' ? 'does not exist' : isLink(`${parent}/${part}`) ? 'is a symbolic link' : 'is not a directory';
  return new BeHookError({ code: 'write-refused', path: at.path, why: `/${at.here} ${why}` }, { cause: error });
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
