import { fstatSync, renameSync } from 'node:fs';
import { BeHookError } from '../model/problem.ts';
import type { StepArgs } from '../model/step.ts';
import { findBeneath, inDirectory, type OpenDirectory, openBeneath, splitPath, using } from './beneath.ts';
import { deleteSubvolumes, subvolumeId } from './btrfs.ts';
import { cryptography } from './crypto.ts';
import { errorCode, removeEmptyDirectory, stat } from './files.ts';
import { placeholderInode } from './inside.ts';
import { run } from './run.ts';
import type { Session } from './session.ts';

/** The place of a new copy: an open directory, and the name in it. */
interface Target {
  readonly parent: OpenDirectory;
  readonly name: string;
  /** The path of the copy from the top of the file system. */
  readonly path: string;
}

/**
 * Makes a writable snapshot. It replaces the placeholder that the snapshot of an outer subvolume left. It is on disk when
 * this returns (measured: the kernel commits). Returns the id of the snapshot. Undefined where users meanwhile moved or
 * deleted an optional source, or the parent directory in the copy. Throws `no-such-subvolume` and `tool-failed`.
 */
export async function cloneSubvolume(session: Session, step: StepArgs['clone-subvolume']): Promise<number | undefined> {
  const { top } = session;
  const source = findBeneath(top, step.from);
  const copy = source === undefined ? undefined : await using(source, (open) => cloneOpen(session, step, open));
  if (copy === undefined && step.otherwise === undefined)
    throw new BeHookError({ code: 'no-such-subvolume', path: step.from });
  return copy;
}

async function cloneOpen(
  session: Session,
  { from, id, to, otherwise }: StepArgs['clone-subvolume'],
  source: OpenDirectory,
): Promise<number | undefined> {
  const found = await subvolumeId(source);
  if (found === undefined || (id !== undefined && found !== id)) return undefined;
  const { parent, name } = splitPath(to);
  const open = otherwise !== undefined ? findBeneath(session.top, parent) : openBeneath(session.top, parent, 0o700);
  if (open === undefined) return undefined;
  try {
    return await using(open, (directory) => put(session, source, { parent: directory, name, path: to }));
  } catch (error) {
    // btrfs cannot copy a subvolume that was deleted after be-hook opened it.
    if (otherwise !== undefined && (await isGone(session.top, from, found))) return undefined;
    throw error;
  }
}

async function isGone(top: string, path: string, id: number): Promise<boolean> {
  const open = findBeneath(top, path);
  return open === undefined || (await using(open, subvolumeId)) !== id;
}

/** In a directory that users can change, they could replace the new snapshot while btrfs makes it. */
async function put(session: Session, source: OpenDirectory, target: Target): Promise<number | undefined> {
  const { parent, name } = target;
  const place = `${parent.path}/${name}`;
  const { uid, mode } = fstatSync(parent.fd);
  if (uid !== 0 || (mode & 0o022) !== 0) return await putByRename(session, source, target);
  if (stat(place)?.inode === placeholderInode) removeEmptyDirectory(place);
  await snapshot(source, place);
  const copy = findBeneath(parent.path, name);
  return copy === undefined ? undefined : await using(copy, subvolumeId);
}

async function putByRename(
  session: Session,
  source: OpenDirectory,
  { parent, name, path }: Target,
): Promise<number | undefined> {
  const store = path.split('/').slice(0, 2).join('/');
  return await inDirectory(session.top, store, async (directory) => {
    const copy = `.copy-${cryptography().randomBytes(8).toString('hex')}`;
    await snapshot(source, `${directory.path}/${copy}`);
    const id = await using(openBeneath(directory.path, copy), subvolumeId);
    try {
      if (stat(`${parent.path}/${name}`)?.inode === placeholderInode) removeEmptyDirectory(`${parent.path}/${name}`);
      renameSync(`${directory.path}/${copy}`, `${parent.path}/${name}`);
      return id;
    } catch (error) {
      if (id !== undefined) await deleteSubvolumes(session, [id]);
      if (['ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errorCode(error))) return undefined;
      throw error;
    }
  });
}

async function snapshot(source: OpenDirectory, place: string): Promise<void> {
  await run('btrfs', ['subvolume', 'snapshot', source.path, place], { seconds: 600 });
}
