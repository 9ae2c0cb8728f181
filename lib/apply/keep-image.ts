import { abilities } from '../model/filesystem-type.ts';
import { BeHookError } from '../model/problem.ts';
import type { StepArgs } from '../model/step.ts';
import { atPath, inDirectory, type OpenDirectory, splitPath } from '../system/beneath.ts';
import { copyLabel } from '../system/file-attributes.ts';
import { discardFile, errorCode, moveFile, removeFile, writeError } from '../system/files.ts';
import { copyImage } from '../system/image-file.ts';
import { openedAt, type Session } from '../system/session.ts';
import { stagedName } from '../system/staged-file.ts';

type Keeping = StepArgs['keep-file'];

/**
 * Copies an image to its kept name. A file with that name is always complete: the copy has another name until its digest
 * is checked and it is on disk. An interrupted run leaves that other name behind, and the next run that keeps the same
 * content replaces it. Throws `kernel-changed` if the source has other content or is missing, `no-space`,
 * `filesystem-read-only` and `write-refused`.
 */
export async function keepImage(session: Session, step: Keeping): Promise<void> {
  const { top } = openedAt(session, step.on);
  const keep = (source: string): Promise<void> =>
    inDirectory(top, splitPath(step.path).parent, (directory) => copy(session, step, source, directory), 0o700);
  await atPath(openedAt(session, step.from.on).top, step.from.path, keep);
}

async function copy(session: Session, step: Keeping, source: string, directory: OpenDirectory): Promise<void> {
  const { top, type } = openedAt(session, step.on);
  const { name } = splitPath(step.path);
  const target = `${directory.path}/${name}`;
  const staged = `${directory.path}/${stagedName(name, 0)}`;
  removeFile(staged);
  try {
    if (copyImage(source, staged) !== step.digest) throw changed(step);
    // A boot loader reads the files as root. The label is that of other files in /boot, also where no policy is active.
    if (type !== 'vfat') for (const path of [directory.path, staged]) await copyLabel(top, path);
    if (!abilities[type].atomicRename) removeFile(target);
    moveFile(staged, target);
  } catch (error) {
    discardFile(staged);
    throw gone.includes(errorCode(error)) ? changed(step, error) : writeError(error, target);
  }
}

/** The errors of open(2) where no regular file has the name of the source. */
const gone = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL'];

function changed({ from: { on, path } }: Keeping, cause?: unknown): BeHookError {
  return new BeHookError({ code: 'kernel-changed', path: on === 'boot' ? `boot/${path}` : path }, { cause });
}
