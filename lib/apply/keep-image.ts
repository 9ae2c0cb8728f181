import { BeHookError } from '../model/problem.ts';
import type { StepArgs } from '../model/step.ts';
import { atPath, inDirectory, splitPath } from '../system/beneath.ts';
import { discardFile, removeFile, writeError } from '../system/files.ts';
import { copyImage } from '../system/image-file.ts';
import { openedAt, type Session } from '../system/session.ts';

type Keeping = StepArgs['keep-file'];

/** Copies an image to its kept name. Throws `source-changed` if the content has another digest, and `no-space`. */
export function keepImage(session: Session, step: Keeping): void {
  const { parent, name } = splitPath(step.path);
  const target = openedAt(session, step.on).top;
  const keep = (source: string): void =>
    inDirectory(target, parent, (directory) => copy(source, `${directory.path}/${name}`, step), 0o700);
  atPath(openedAt(session, step.from.on).top, step.from.path, keep);
}

/** No entry names the copy yet. A partial copy of an interrupted run can therefore be replaced. */
function copy(source: string, target: string, { from, digest }: Keeping): void {
  removeFile(target);
  try {
    if (copyImage(source, target) !== digest) throw new BeHookError({ code: 'source-changed', path: from.path });
  } catch (error) {
    discardFile(target);
    throw writeError(error, target);
  }
}
