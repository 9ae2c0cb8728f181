import { fstatSync } from 'node:fs';
import { parseSubvolumeShow } from '../formats/btrfs-show.ts';
import type { Subvolume } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { ask, failure } from './ask.ts';
import { atPath, findBeneath, inDirectory, type OpenDirectory, using } from './beneath.ts';
import { query } from './query.ts';
import { run } from './run.ts';
import type { SessionPlace } from './session.ts';

/** Inode number of the root directory of every subvolume (BTRFS_FIRST_FREE_OBJECTID). */
export const subvolumeInode = 256;

/** The messages of btrfs for a subvolume that does not exist or was deleted. */
const absent = /No such file or directory|Stale file handle/;

/** The subvolume at a path; undefined where no subvolume exists there. */
export async function showSubvolume(place: SessionPlace, path: string): Promise<Subvolume | undefined> {
  const directory = findBeneath(place.top, path);
  if (directory === undefined) return undefined;
  const id = await using(directory, subvolumeId);
  return id === undefined ? undefined : await showById(place, id, path);
}

/** Id of the default subvolume, which the kernel mounts when no mount option names a subvolume. */
export async function defaultSubvolume(top: string): Promise<number> {
  return parseDefault(await askDefault(top));
}

/** Makes the subvolume at a path the default one. Throws `no-such-subvolume`, `write-refused` and `tool-failed`. */
export async function setDefaultSubvolume(top: string, path: string): Promise<void> {
  await inSubvolume(top, path, (directory) => run('btrfs', ['subvolume', 'set-default', directory.path]));
}

/** Makes the subvolume with an id the default one again. Throws `tool-failed`. */
export async function restoreDefaultSubvolume(top: string, id: number): Promise<void> {
  await run('btrfs', ['subvolume', 'set-default', String(id), top]);
}

/** The output of `btrfs subvolume get-default`. */
export async function askDefault(top: string): Promise<string> {
  return (await query('btrfs', ['subvolume', 'get-default', top])).stdout;
}

/** The id in the output of `btrfs subvolume get-default`. Throws `tool-failed`. */
export function parseDefault(output: string): number {
  const id = /^ID (\d+) /.exec(output)?.[1];
  if (id === undefined) throw failure('btrfs', { status: 0, stdout: output, stderr: '' });
  return Number(id);
}

/** The subvolume with an id, whose path the caller knows; undefined where no such subvolume exists. */
export async function showById(
  { enter, mountedAt }: SessionPlace,
  id: number,
  path: string,
): Promise<Subvolume | undefined> {
  // `show` needs to find the mount of a path. That mount is in the companion's namespace only.
  const [program, ...words] = enter;
  const args = [...words, 'btrfs', 'subvolume', 'show', '--rootid', String(id), mountedAt];
  const shown = await query(program, args, { expect: 'any', name: 'btrfs' });
  // `show` also lists snapshots, and fails at its end where a snapshot lies too deep for a path.
  const found = parseSubvolumeShow(shown.stdout, path);
  if (found?.id === id) return found;
  if (shown.status !== 0 && !absent.test(shown.stderr)) throw failure('btrfs', shown);
  return undefined;
}

/** The id of an open subvolume; undefined where the directory is not the root of a subvolume, or was deleted. */
export async function subvolumeId(directory: OpenDirectory): Promise<number | undefined> {
  if (fstatSync(directory.fd).ino !== subvolumeInode) return undefined;
  const asked = await ask('btrfs', ['inspect-internal', 'rootid', directory.path], absent);
  const id = asked?.stdout.trim() ?? '';
  return /^\d+$/.test(id) ? Number(id) : undefined;
}

/** Opens a subvolume for `body`. Throws `no-such-subvolume`, and `write-refused` where its path has a symbolic link. */
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

/** Makes an empty subvolume. It makes missing parent directories for root alone. Throws `tool-failed`. */
export async function createSubvolume(top: string, path: string): Promise<void> {
  await atPath(top, path, (place) => run('btrfs', ['subvolume', 'create', place]), 0o700);
}

/** Makes a subvolume read-only, durably, or writable again. */
export async function setReadOnly(top: string, path: string, readOnly: boolean): Promise<void> {
  const set = (directory: OpenDirectory): Promise<unknown> =>
    run('btrfs', ['property', 'set', '-ts', directory.path, 'ro', String(readOnly)]);
  await inSubvolume(top, path, set);
}

/** Deletes the subvolumes that its arguments name, and stops at the first failure. A missing subvolume is not a failure. */
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
 * Deletes subvolumes by their ids, in this order. No subvolume may have another one inside at its turn. It uses ids,
 * because users can put a symbolic link or another subvolume at a path (BTRFS_IOC_SNAP_DESTROY_V2, Linux 5.7). The
 * deletion is committed when this returns.
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

/** Waits at most a minute until the kernel has freed the space of deleted subvolumes. */
export async function waitUntilFreed(top: string, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  // This ioctl wakes the kernel's cleaner (btrfs_ioctl, Linux 6.18). After syncfs(2) the cleaner may start 30 s later.
  await run('btrfs', ['filesystem', 'sync', top], { seconds: 600 });
  const wait = ['60', 'btrfs', 'subvolume', 'sync', '-s', '1', top, ...ids.map(String)];
  await run('timeout', wait, { seconds: 90, expect: 'any' });
}

/** Waits until the kernel has committed all writes to a file system: syncfs(2), through coreutils' `sync -f`. */
export async function syncFilesystem(path: string): Promise<void> {
  await run('sync', ['-f', path], { seconds: 600 });
}
