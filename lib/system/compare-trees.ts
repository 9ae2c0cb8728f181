import { type BigIntStats, constants, fstatSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import type { FileAspect, FileDifference } from '../model/difference.ts';
import { compareText } from '../model/version-order.ts';
import { type OpenDirectory, openInner, openRoot } from './beneath.ts';
import { subvolumeInode } from './btrfs.ts';
import { isSameContent } from './compare-files.ts';
import { errorCode } from './files.ts';
import { placeholderInode } from './inside.ts';
import { unlessGone } from './unless-gone.ts';

/** Two directories, each by its absolute path; undefined where a side has no such directory. */
export interface TreePair {
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** The prefix of the paths in the result, for instance `/etc`; '' for a root. */
  readonly shown: string;
}

/** How `compareTrees` compares. */
export interface CompareOptions {
  /** Whether to read all pairs of files with the same size, or only those with different times. */
  readonly contents: 'always' | 'when-times-differ';
  /** Gets the number of compared files, after every thousandth file and at the end. */
  readonly progress: (files: number) => void;
}

/**
 * How two trees differ: in the files that exist, and in content, type, mode, owner, device number and symbolic link target.
 * The function follows no link and enters no subvolume. Different times alone are not a difference.
 */
export function compareTrees({ from, to, shown }: TreePair, options: CompareOptions): FileDifference {
  const added: string[] = [];
  const removed: string[] = [];
  const changed: { path: string; what: readonly FileAspect[] }[] = [];
  const unreadable: { path: string; why: string }[] = [];
  let seen = 0;
  const look = (pair: Pair, name: string): boolean => {
    const path = `${pair.shown}/${name}`;
    const left = lookAt(pair.from, name);
    const right = lookAt(pair.to, name);
    seen += 1;
    if (seen % 1000 === 0) options.progress(seen);
    if (isSubvolume(left) || isSubvolume(right)) return false;
    if (left !== undefined && right === undefined) removed.push(decode(path));
    if (left === undefined && right !== undefined) added.push(decode(path));
    if (left !== undefined && right !== undefined) {
      const { what, why } = compare(left, right, options.contents);
      if (what.length > 0) changed.push({ path: decode(path), what });
      if (why !== undefined) unreadable.push({ path: decode(path), why });
    }
    return isDirectory(left) || isDirectory(right);
  };
  const tooDeep = ({ shown: place }: Pair): void => {
    unreadable.push({ path: `${decode(place).slice(0, 60)}…`, why: 'its path is too long' });
  };
  const top = (path: string | undefined): OpenDirectory | undefined =>
    path === undefined ? undefined : openRoot(path);
  walk({ from: top(from), to: top(to), shown: encode(shown) }, 0, look, tooDeep);
  options.progress(seen);
  return { added: added.sort(), removed: removed.sort(), changed: changed.sort(byPath), unreadable };
}

/** Each level keeps two directories open, and the number of file descriptors is limited. */
const deepest = 200;

/** Directories that stay open: users can swap the names in their own directories while be-hook reads them. */
interface Pair {
  readonly from: OpenDirectory | undefined;
  readonly to: OpenDirectory | undefined;
  readonly shown: string;
}

/** Calls `look` for each name, and enters the name where `look` returns true. Closes the directories. */
function walk(
  pair: Pair,
  depth: number,
  look: (pair: Pair, name: string) => boolean,
  tooDeep: (pair: Pair) => void,
): void {
  const { from, to, shown } = pair;
  try {
    if (depth > deepest) return tooDeep(pair);
    for (const name of namesIn(pair).filter((candidate) => look(pair, candidate)))
      walk({ from: enter(from, name), to: enter(to, name), shown: `${shown}/${name}` }, depth + 1, look, tooDeep);
  } finally {
    from?.close();
    to?.close();
  }
}

/** A file. Its path has one character for each byte, because a name need not be UTF-8. */
interface Entry {
  readonly path: string;
  readonly stat: BigIntStats;
}

function namesIn({ from, to }: Pair): readonly string[] {
  return [...new Set([...listBytes(from), ...listBytes(to)])].sort();
}

function listBytes(directory: OpenDirectory | undefined): readonly string[] {
  return directory === undefined ? [] : readdirSync(directory.path, { encoding: 'latin1' });
}

function lookAt(directory: OpenDirectory | undefined, name: string): Entry | undefined {
  if (directory === undefined) return undefined;
  const path = `${directory.path}/${name}`;
  const stat = unlessGone(() => lstatSync(bytes(path), { bigint: true, throwIfNoEntry: false }));
  return stat === undefined ? undefined : { path, stat };
}

/** Also true for the empty directory that a snapshot shows in place of a subvolume. */
function isSubvolume(entry: Entry | undefined): boolean {
  if (entry?.stat.isDirectory() !== true) return false;
  return entry.stat.ino === BigInt(subvolumeInode) || entry.stat.ino === BigInt(placeholderInode);
}

function isDirectory(entry: Entry | undefined): boolean {
  return entry?.stat.isDirectory() === true;
}

function enter(directory: OpenDirectory | undefined, name: string): OpenDirectory | undefined {
  const inner = directory === undefined ? undefined : openInner(directory, name);
  // A user may have moved a subvolume there.
  if (inner === undefined || ![subvolumeInode, placeholderInode].includes(fstatSync(inner.fd).ino)) return inner;
  inner.close();
  return undefined;
}

function compare(
  from: Entry,
  to: Entry,
  contents: CompareOptions['contents'],
): { readonly what: readonly FileAspect[]; readonly why?: string } {
  const [a, b] = [from.stat, to.stat];
  if (typeOf(a) !== typeOf(b)) return { what: ['type'] };
  // No program can set the time of change (ctime). Where it is equal on both sides, neither file changed since the copy.
  if (a.ino === b.ino && a.ctimeNs === b.ctimeNs && a.size === b.size && !a.isDirectory()) return { what: [] };
  const what: FileAspect[] = [];
  if (a.isSymbolicLink() && !isSameLink(from.path, to.path)) what.push('target');
  if (a.rdev !== b.rdev) what.push('device');
  if (a.mode !== b.mode) what.push('mode');
  if (a.uid !== b.uid || a.gid !== b.gid) what.push('owner');
  if (!a.isFile() || (a.size === b.size && a.mtimeNs === b.mtimeNs && contents === 'when-times-differ'))
    return { what };
  try {
    const same = a.size === b.size && isSameContent(bytes(from.path), bytes(to.path));
    return { what: same ? what : ['content', ...what] };
  } catch (error) {
    return { what, why: errorCode(error) };
  }
}

function typeOf({ mode }: BigIntStats): bigint {
  return mode & BigInt(constants.S_IFMT);
}

function isSameLink(from: string, to: string): boolean {
  const [one, other] = [from, to].map((path) => unlessGone(() => readlinkSync(bytes(path), { encoding: 'buffer' })));
  return one !== undefined && other !== undefined && one.equals(other);
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return compareText(a.path, b.path);
}

function bytes(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

function encode(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function decode(path: string): string {
  return bytes(path).toString('utf8');
}
