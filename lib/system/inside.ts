import type { FilesystemType } from '../model/filesystem-type.ts';
import type { FileFault, FileText } from '../model/observation.ts';
import type { FilesystemId } from '../model/place.ts';
import { BeHookError } from '../model/problem.ts';
import { atPath, type HeldDirectories, splitPath } from './beneath.ts';
import { errorCode, listNames, readLink, readText, type Stat, stat, withRegularFile } from './files.ts';

/**
 * The root of one system, seen from the top of the file system, or the top of a separate /boot. No path below it may lead
 * out of it.
 */
export interface Root {
  /** The path of the top of the file system for this process. */
  readonly top: string;
  /** The root's path from the top; '' for the top itself. */
  readonly path: string;
  /** Left out for the btrfs. On a separate /boot no symbolic link may lead to the file system that it is mounted on. */
  readonly on?: Exclude<FilesystemId, 'root'>;
  /** The type of a separate /boot; left out for the btrfs. */
  readonly type?: FilesystemType;
  /** A cache of `stat`, by the path from the top: one observation reads the same directories again and again. */
  readonly seen?: Map<string, Stat | undefined>;
  /** The directories that are open until the observation of the root ends. */
  readonly held?: HeldDirectories;
  /** Subvolumes to treat as mounted inside, the outer ones first. `at` is from the root, without symbolic links. */
  readonly mounted?: readonly { readonly at: string; readonly path: string }[];
}

/**
 * The target of a path inside a root, with symbolic links followed as that system would follow them. `path` is from the
 * top of the file system, `inside` is from the root.
 */
export type Resolved =
  | { readonly kind: 'found'; readonly path: string; readonly inside: string; readonly stat: Stat }
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'fault'; readonly path: string; readonly fault: FileFault };

/** How many symbolic links be-hook follows: as many as Linux follows (path_resolution(7)). */
const linkLimit = 40;

/**
 * Inode number of the empty directory that a snapshot shows where its source has a subvolume
 * (BTRFS_EMPTY_SUBVOL_DIR_OBJECTID).
 */
export const placeholderInode = 2;

/** Joins a path below a root to one from the top of the file system. */
export function fromTop(root: Root, path: string): string {
  const volume = root.mounted?.findLast(({ at }) => path === at || path.startsWith(`${at}/`));
  if (volume !== undefined) return join(volume.path, path.slice(volume.at.length + 1));
  return join(root.path, path);
}

function join(above: string, path: string): string {
  if (above === '' || path === '') return above + path;
  return `${above}/${path}`;
}

/**
 * Follows a path inside a root. Absolute links start at that root, and `..` stops there. The returned paths are as in
 * `Resolved`.
 */
export function resolveInside(root: Root, path: string): Resolved {
  // The last component comes first.
  const todo = path.split('/').reverse();
  let inside = '';
  let links = 0;
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      inside = splitPath(inside).parent;
      continue;
    }
    const next = join(inside, part);
    const here = fromTop(root, next);
    const found = look(root, here);
    if (found === undefined) {
      if (links > 0) return { kind: 'fault', path: here, fault: 'dangling' };
      const rest = todo.filter((each) => each !== '').reverse();
      return { kind: 'missing', path: fromTop(root, [next, ...rest].join('/')) };
    }
    if (found.kind === 'symlink') {
      links += 1;
      if (links > linkLimit) return { kind: 'fault', path: here, fault: 'dangling' };
      const target = readLink(`${root.top}/${here}`);
      if (root.on !== undefined && leadsOut(inside, target)) return { kind: 'fault', path: here, fault: 'dangling' };
      if (target.startsWith('/')) inside = '';
      todo.push(...target.split('/').reverse());
      continue;
    }
    // On other file systems an ordinary file may have this inode number.
    if (root.on === undefined && found.inode === placeholderInode)
      return { kind: 'fault', path: here, fault: 'placeholder' };
    inside = next;
  }
  const where = fromTop(root, inside);
  const last = look(root, where);
  return last === undefined ? { kind: 'missing', path: where } : { kind: 'found', path: where, inside, stat: last };
}

/** Whether a link in a directory leads above the top of its file system. */
function leadsOut(directory: string, target: string): boolean {
  let depth = directory.split('/').filter((part) => part !== '').length;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return target.startsWith('/');
}

function look({ top, seen }: Root, path: string): Stat | undefined {
  if (seen?.has(path) === true) return seen.get(path);
  const found = stat(`${top}/${path}`);
  seen?.set(path, found);
  return found;
}

/** A file with more bytes is not a configuration file. */
const textLimit = 32 * 1024 * 1024;

/** Reads a text file inside a root. */
export function readInside(root: Root, path: string): FileText {
  const found = resolveInside(root, path);
  const where = root.on === undefined ? {} : { on: root.on };
  if (found.kind === 'missing') return { ...where, ...found };
  const unreadable = (why: string): FileText => ({ ...where, kind: 'unreadable', path: fromTop(root, path), why });
  if (found.kind === 'fault') {
    const placeholder = found.fault === 'placeholder';
    return unreadable(
      placeholder ? 'it is in an empty placeholder of a subvolume' : 'it is a link to a missing file in its system',
    );
  }
  if (found.stat.kind !== 'file') return unreadable('it is not a regular file');
  if (found.stat.size > textLimit) return unreadable('it is too large');
  try {
    // Another process may have replaced the file meanwhile.
    const text = inOpenDirectory(root, found.path, (place) => withRegularFile(place, readText));
    return { ...where, kind: 'text', path: found.path, text };
  } catch (error) {
    if (error instanceof BeHookError) return unreadable('its path changed while it was read');
    return unreadable(error instanceof TypeError ? 'it is not UTF-8 text' : `reading it failed (${errorCode(error)})`);
  }
}

/** As `atPath`, with the directories that are open already. */
function inOpenDirectory<T>({ top, held }: Root, path: string, body: (place: string) => T): T {
  if (held === undefined) return atPath(top, path, body);
  const { parent, name } = splitPath(path);
  return body(`${held.open(parent).path}/${name}`);
}

/**
 * The first symbolic link among the directories that lead to a path on an opened file system. The kernel would resolve
 * such a link in the running system, not in the system that has the link.
 */
export function linkAbove(top: string, path: string): string | undefined {
  const parts = path.split('/').slice(0, -1);
  const above = parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
  return above.find((place) => stat(`${top}/${place}`)?.kind === 'symlink');
}

/** The paths, relative to the root, of the files in a directory inside the root. */
export function listInside(root: Root, directory: string, pattern: RegExp): readonly string[] {
  const found = resolveInside(root, directory);
  if (found.kind !== 'found') return [];
  const names = listNames(`${root.top}/${found.path}`).filter((name) => pattern.test(name));
  return names.map((name) => `${directory}/${name}`);
}

/** A path from the top of the file system as a path from the root that it lies in, or in which its volume is mounted. */
export function relativeTo(root: Root, path: string): string {
  const volume = root.mounted?.findLast((each) => path === each.path || path.startsWith(`${each.path}/`));
  if (volume !== undefined) return join(volume.at, path.slice(volume.path.length + 1));
  return root.path === '' ? path : path.slice(root.path.length + 1);
}
