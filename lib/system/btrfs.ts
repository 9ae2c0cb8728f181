import { fstatSync } from 'node:fs';
import { parseSubvolumeShow } from '../formats/btrfs-show.ts';
import { parseSubvolumeList, type SubvolumeListing } from '../formats/btrfs-subvolumes.ts';
import type { Subvolume } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { atPath, findBeneath, inDirectory, type OpenDirectory, using } from './beneath.ts';
import { stat } from './files.ts';
import { listDeep } from './list-deep.ts';
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
export async function listSubvolumes(place: SessionPlace & { readonly source: string }): Promise<SubvolumeFacts> {
  try {
    return await listByPath(place);
  } catch (error) {
    if (!(error instanceof BeHookError && error.problem.code === 'tool-failed')) throw error;
    if (!error.problem.output.includes('File name too long')) throw error;
  }
  const { subvolumes, unreachable, readOnly } = await listDeep(place.top, place.source);
  return { subvolumes, ambiguous: unreachable, readOnly };
}

async function listByPath(place: SessionPlace): Promise<SubvolumeFacts> {
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
export async function showSubvolume(place: SessionPlace, path: string): Promise<Subvolume | undefined> {
  const directory = findBeneath(place.top, path);
  if (directory === undefined) return undefined;
  const id = await using(directory, subvolumeId);
  return id === undefined ? undefined : await showById(place, id, path);
}

/** Id of the subvolume that is mounted where nothing chooses one. */
export async function defaultSubvolume(top: string): Promise<number> {
  const { stdout } = await run('btrfs', ['subvolume', 'get-default', top]);
  return Number(/^ID (\d+) /.exec(stdout)?.[1] ?? 5);
}

async function showById({ enter, mountedAt }: SessionPlace, id: number, path: string): Promise<Subvolume | undefined> {
  // `show` wants to find the mount that a path is in, which is in the companion's namespace only.
  const [program, ...words] = enter;
  const args = [...words, 'btrfs', 'subvolume', 'show', '--rootid', String(id), mountedAt];
  const shown = await run(program, args, { expect: 'any' });
  // It also lists snapshots, and fails at its end where one of them lies too deep for a path.
  const found = parseSubvolumeShow(shown.stdout, path);
  return found?.id === id ? found : undefined;
}

/** The id of an open subvolume; undefined where the directory is not the root of one, or the subvolume is deleted. */
export async function subvolumeId(directory: OpenDirectory): Promise<number | undefined> {
  if (fstatSync(directory.fd).ino !== subvolumeInode) return undefined;
  const { status, stdout } = await run('btrfs', ['inspect-internal', 'rootid', directory.path], { expect: 'any' });
  return status === 0 && /^\d+$/.test(stdout.trim()) ? Number(stdout.trim()) : undefined;
}

/** Opens a subvolume for `body`. Throws `no-such-subvolume`, and `write-refused` where the way leads through a link. */
export async function inSubvolume<T>(
  top: string,
  path: string,
  body: (directory: OpenDirectory) => Promise<T>,
): Promise<T> {
  return await inDirectory(top, path, async (directory) => {
    if (fstatSync(directory.fd).ino !== subvolumeInode) throw new BeHookError({ code: 'no-such-subvolume', path });
    return await body(directory);
  });
}

/** Makes an empty subvolume, for root alone. Throws `tool-failed`. */
export async function createSubvolume(top: string, path: string): Promise<void> {
  await atPath(top, path, (place) => run('btrfs', ['subvolume', 'create', place]), 0o700);
}

/** Makes a subvolume read-only, durably, or writable again. */
export async function setReadOnly(top: string, path: string, readOnly: boolean): Promise<void> {
  const set = (directory: OpenDirectory): Promise<unknown> =>
    run('btrfs', ['property', 'set', '-ts', directory.path, 'ro', String(readOnly)]);
  await inSubvolume(top, path, set);
}

/** Deletes what its arguments name, one after the other, and stops at the first one that resists; what is gone is no failure. */
const deletion = `
place=$1
shift
for id; do
  why=$(btrfs subvolume delete --subvolid "$id" "$place" 2>&1 >/dev/null) && continue
  case $why in
    *"No such file or directory"*) ;;
    *) printf '%s\\n' "$why" >&2; exit 1 ;;
  esac
done`;

/**
 * Deletes subvolumes by their ids, in this order; none may have another one inside by then. By id, because users can put a
 * symbolic link or another subvolume where a path leads (BTRFS_IOC_SNAP_DESTROY_V2, Linux 5.7). A committed fact when
 * this returns.
 */
export async function deleteSubvolumes({ top, enter, mountedAt }: SessionPlace, ids: readonly number[]): Promise<void> {
  const [program, ...words] = enter;
  const args = [...words, 'sh', '-c', deletion, 'be-hook', mountedAt, ...ids.map(String)];
  try {
    if (ids.length > 0) await run(program, args, { seconds: 600, name: 'btrfs' });
  } finally {
    await syncFilesystem(top);
  }
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
