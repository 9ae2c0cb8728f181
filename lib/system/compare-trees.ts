import { type BigIntStats, constants, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import type { FileAspect, FileDifference } from '../model/difference.ts';
import { compareText } from '../model/version-order.ts';
import { subvolumeInode } from './btrfs.ts';
import { isSameContent } from './compare-files.ts';
import { errorCode } from './files.ts';
import { placeholderInode } from './inside.ts';
import { unlessGone } from './unless-gone.ts';

/** Two directories, each by its absolute path; undefined where a side has none. */
export interface TreePair {
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** What the paths of an answer begin with, `/etc` for instance; '' for that of a root. */
  readonly shown: string;
}

/** How two trees are compared. */
export interface CompareOptions {
  /** Whether content is read of all files of one size, or only where times differ. */
  readonly contents: 'always' | 'when-times-differ';
  /** Told now and then how many files were looked at. */
  readonly progress: (files: number) => void;
}

/**
 * How two trees differ: what is there, content, type, mode, owner, and where a symbolic link leads. No link is followed,
 * and no subvolume is entered. Times alone make no difference.
 */
export function compareTrees({ from, to, shown }: TreePair, options: CompareOptions): FileDifference {
  const added: string[] = [];
  const removed: string[] = [];
  const changed: { path: string; what: readonly FileAspect[] }[] = [];
  const unreadable: { path: string; why: string }[] = [];
  let seen = 0;
  const top = (path: string | undefined): string | undefined => (path === undefined ? undefined : encode(path));
  const todo: Pair[] = [{ from: top(from), to: top(to), shown: encode(shown) }];
  for (let pair = todo.pop(); pair !== undefined; pair = todo.pop()) {
    const inner: Pair[] = [];
    for (const name of namesIn(pair)) {
      const path = `${pair.shown}/${name}`;
      const one = lookAt(pair.from, name);
      const other = lookAt(pair.to, name);
      seen += 1;
      if (seen % 1000 === 0) options.progress(seen);
      if (isSubvolume(one) || isSubvolume(other)) continue;
      if (one !== undefined && other === undefined) removed.push(decode(path));
      if (one === undefined && other !== undefined) added.push(decode(path));
      if (one !== undefined && other !== undefined) {
        const { what, why } = compare(one, other, options.contents);
        if (what.length > 0) changed.push({ path: decode(path), what });
        if (why !== undefined) unreadable.push({ path: decode(path), why });
      }
      const [left, right] = [directoryOf(one), directoryOf(other)];
      if (left !== undefined || right !== undefined) inner.push({ from: left, to: right, shown: path });
    }
    todo.push(...inner.reverse());
  }
  options.progress(seen);
  return { added: added.sort(), removed: removed.sort(), changed: changed.sort(byPath), unreadable };
}

interface Pair extends Pick<TreePair, 'from' | 'to'> {
  readonly shown: string;
}

/** A path has one character for each byte here: a name need not be UTF-8. */
interface Entry {
  readonly path: string;
  readonly stat: BigIntStats;
}

function namesIn({ from, to }: Pair): readonly string[] {
  return [...new Set([...listBytes(from), ...listBytes(to)])].sort();
}

function listBytes(path: string | undefined): readonly string[] {
  if (path === undefined) return [];
  return unlessGone(() => readdirSync(bytes(path), { encoding: 'latin1' })) ?? [];
}

function lookAt(directory: string | undefined, name: string): Entry | undefined {
  if (directory === undefined) return undefined;
  const path = `${directory}/${name}`;
  const stat = unlessGone(() => lstatSync(bytes(path), { bigint: true, throwIfNoEntry: false }));
  return stat === undefined ? undefined : { path, stat };
}

/** Also what a snapshot shows in place of one. */
function isSubvolume(entry: Entry | undefined): boolean {
  if (entry?.stat.isDirectory() !== true) return false;
  return entry.stat.ino === BigInt(subvolumeInode) || entry.stat.ino === BigInt(placeholderInode);
}

function directoryOf(entry: Entry | undefined): string | undefined {
  return entry?.stat.isDirectory() === true ? entry.path : undefined;
}

function compare(
  from: Entry,
  to: Entry,
  contents: CompareOptions['contents'],
): { readonly what: readonly FileAspect[]; readonly why?: string } {
  const [a, b] = [from.stat, to.stat];
  if (typeOf(a) !== typeOf(b)) return { what: ['type'] };
  // Nobody can set a time of change: where it is that of a copy nobody touched the file in either of them.
  if (a.ino === b.ino && a.ctimeNs === b.ctimeNs && a.size === b.size && !a.isDirectory()) return { what: [] };
  const what: FileAspect[] = [];
  if (a.isSymbolicLink() && !readLinkBytes(from.path).equals(readLinkBytes(to.path))) what.push('target');
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

function readLinkBytes(path: string): Buffer {
  return readlinkSync(bytes(path), { encoding: 'buffer' });
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
