import { abilities } from '../model/filesystem-type.ts';
import { BeHookError } from '../model/problem.ts';
import type { StepArgs } from '../model/step.ts';
import { atPath, inDirectory, type OpenDirectory, splitPath } from '../system/beneath.ts';
import { copyLabel } from '../system/file-attributes.ts';
import { discardFile, errorCode, moveFile, removeFile, stat, syncDirectory, writeError } from '../system/files.ts';
import { copyImage, digestOf } from '../system/image-file.ts';
import { openedAt, type Session } from '../system/session.ts';
import { stagedName } from '../system/staged-file.ts';

type Keeping = StepArgs['keep-file'];

/**
 * Copies an image to its kept name. Where the file system can rename safely, a file with that name is always complete: the
 * copy has another name until its digest is checked and it is on disk. An interrupted run leaves that other name behind, and
 * the next run that keeps the same content replaces it. On FAT see `copyDirectly`. Throws `kernel-changed` if the source has
 * other content or is missing, `no-space`, `filesystem-read-only` and `write-refused`.
 */
export async function keepImage(session: Session, step: Keeping): Promise<void> {
  const { top, type } = openedAt(session, step.on);
  const copy = abilities[type].atomicRename ? copyAside : copyDirectly;
  const keep = (source: string): Promise<void> | void =>
    inDirectory(top, splitPath(step.path).parent, (directory) => copy({ step, source, directory, top }), 0o700);
  await atPath(openedAt(session, step.from.on).top, step.from.path, keep);
}

interface Copy {
  readonly step: Keeping;
  readonly source: string;
  readonly directory: OpenDirectory;
  /** The top of the file system of the copy. */
  readonly top: string;
}

async function copyAside({ step, source, directory, top }: Copy): Promise<void> {
  const { name } = splitPath(step.path);
  const target = `${directory.path}/${name}`;
  const staged = `${directory.path}/${stagedName(name, 0)}`;
  removeFile(staged);
  try {
    if (copyImage(source, staged) !== step.digest) throw changed(step);
    // A boot loader reads the files as root. The label is that of other files in /boot, also where no policy is active.
    for (const path of [directory.path, staged]) await copyLabel(top, path);
    moveFile(staged, target);
  } catch (error) {
    discardFile(staged);
    throw gone.includes(errorCode(error)) ? changed(step, error) : writeError(error, target);
  }
}

/**
 * Copies an image to its kept name without a rename, because a power cut can leave a renamed file empty on FAT. A file with
 * that name may be incomplete until the next barrier. The records and menus that name it are written after that. The last
 * byte is written after all others are on disk, so an incomplete file has another size than the record says. A complete file
 * stays as it is: an entry on disk may name it.
 */
function copyDirectly({ step, source, directory }: Copy): void {
  const target = `${directory.path}/${splitPath(step.path).name}`;
  if (stat(target)?.size === step.size && digestOf(target) === step.digest) return;
  removeFile(target);
  try {
    if (copyImage(source, target, { lastByteApart: true }) !== step.digest) throw changed(step);
    syncDirectory(directory.path);
  } catch (error) {
    discardFile(target);
    throw gone.includes(errorCode(error)) ? changed(step, error) : writeError(error, target);
  }
}

/** The errors of open(2) where no regular file has the name of the source. */
const gone = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL'];

function changed({ from: { on, path } }: Keeping, cause?: unknown): BeHookError {
  return new BeHookError({ code: 'kernel-changed', path: on === 'boot' ? `boot/${path}` : path }, { cause });
}
