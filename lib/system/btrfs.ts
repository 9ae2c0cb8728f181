import { dirname } from 'node:path';
import { parseSubvolumeShow } from '../formats/btrfs-show.ts';
import { parseSubvolumeList, type SubvolumeListing } from '../formats/btrfs-subvolumes.ts';
import type { Subvolume } from '../model/observation.ts';
import { makeDirectory, removeEmptyDirectory, stat } from './files.ts';
import { placeholderInode } from './inside.ts';
import { run } from './run.ts';
import type { SessionPlace } from './session.ts';

/** Inode number of the root directory of every subvolume (BTRFS_FIRST_FREE_OBJECTID). */
export const subvolumeInode = 256;

/** Subvolumes, and which of them are read-only. */
export interface SubvolumeFacts extends SubvolumeListing {
  /** Ids. */
  readonly readOnly: ReadonlySet<number>;
}

/**
 * All subvolumes below a mounted top level, by one call: one `show` for each would be quadratic. Lines that clash are
 * made up by a line break in somebody's name; the path itself is asked then, and what it does not confirm stays
 * ambiguous. So does what is listed, and listed again, where there is no subvolume.
 */
export async function listSubvolumes(place: SessionPlace): Promise<SubvolumeFacts> {
  const { top } = place;
  const [all, flagged] = await Promise.all([list(top), list(top, '-r')]);
  const listing = parseSubvolumeList(all);
  const { ambiguous } = listing;
  const subvolumes = listing.subvolumes.filter(({ path }) => isSubvolume(top, path));
  const there = new Set(subvolumes);
  const missing = listing.subvolumes.filter((line) => !there.has(line));
  // It may just have been deleted.
  const again = missing.length === 0 ? [] : parseSubvolumeList(await list(top)).subvolumes;
  const readOnly = new Set(
    parseSubvolumeList(flagged).subvolumes.flatMap((line) => (has(subvolumes, line) ? line.id : [])),
  );
  const confirmed: Subvolume[] = [];
  for (const path of new Set(ambiguous.map((line) => line.path))) {
    if (!isSubvolume(top, path)) continue;
    const subvolume = await showSubvolume(place, path);
    if (subvolume === undefined) continue;
    confirmed.push(subvolume);
    const flag = await run('btrfs', ['property', 'get', '-ts', `${top}/${path}`, 'ro']);
    if (flag.stdout.trim() === 'ro=true') readOnly.add(subvolume.id);
  }
  return {
    subvolumes: [...subvolumes, ...confirmed],
    ambiguous: [
      ...ambiguous.filter((line) => !confirmed.some(({ id, path }) => id === line.id && path === line.path)),
      ...missing.filter((line) => has(again, line)),
    ],
    readOnly,
  };
}

function isSubvolume(top: string, path: string): boolean {
  const found = stat(`${top}/${path}`);
  return found?.kind === 'directory' && found.inode === subvolumeInode;
}

/** One subvolume, asked by its path; undefined where there is none. */
export async function showSubvolume({ enter, mountedAt }: SessionPlace, path: string): Promise<Subvolume | undefined> {
  // `show` wants to find the mount that a path is in, which is in the companion's namespace only.
  const [program, ...words] = enter;
  const args = [...words, 'btrfs', 'subvolume', 'show', path === '' ? mountedAt : `${mountedAt}/${path}`];
  const shown = await run(program, args, { expect: 'any' });
  return shown.status === 0 ? parseSubvolumeShow(shown.stdout, path) : undefined;
}

/** Id of the subvolume that is mounted where nothing chooses one. */
export async function defaultSubvolume(top: string): Promise<number> {
  const { stdout } = await run('btrfs', ['subvolume', 'get-default', top]);
  return Number(/^ID (\d+) /.exec(stdout)?.[1] ?? 5);
}

/**
 * Makes a writable snapshot; where the snapshot of an outer subvolume left a placeholder, in its place. It is on disk
 * when this returns (measured: the kernel commits). Throws `tool-failed`.
 */
export async function cloneSubvolume(from: string, to: string): Promise<void> {
  makeDirectory(dirname(to));
  if (stat(to)?.inode === placeholderInode) removeEmptyDirectory(to);
  await run('btrfs', ['subvolume', 'snapshot', from, to], { seconds: 600 });
}

/** Makes an empty subvolume, for root alone. Throws `tool-failed`. */
export async function createSubvolume(path: string): Promise<void> {
  makeDirectory(dirname(path));
  await run('btrfs', ['subvolume', 'create', path]);
}

/** Makes a subvolume read-only, durably, or writable again. */
export async function setReadOnly(path: string, readOnly: boolean): Promise<void> {
  await run('btrfs', ['property', 'set', '-ts', path, 'ro', String(readOnly)]);
}

/** Deletes a subvolume, which must have none inside; a committed fact when this returns. */
export async function deleteSubvolume({ enter, mountedAt }: SessionPlace, path: string): Promise<void> {
  // As `show` does it looks for the mount that the path is in.
  const [program, ...words] = enter;
  const args = [...words, 'btrfs', 'subvolume', 'delete', '--commit-after', `${mountedAt}/${path}`];
  await run(program, args, { seconds: 600, name: 'btrfs' });
}

function has(subvolumes: readonly Subvolume[], line: Subvolume): boolean {
  return subvolumes.some(({ id, uuid, path }) => id === line.id && uuid === line.uuid && path === line.path);
}

async function list(top: string, ...flags: readonly string[]): Promise<string> {
  const { stdout } = await run('btrfs', ['subvolume', 'list', '-p', '-c', '-g', '-u', '-q', '-R', ...flags, top]);
  return stdout;
}

/** Waits until everything written to a file system is committed: syncfs(2), by coreutils' `sync -f`. */
export async function syncFilesystem(path: string): Promise<void> {
  await run('sync', ['-f', path], { seconds: 600 });
}
