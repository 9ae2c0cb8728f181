import { type Place, printPlace } from '../model/place.ts';
import { BeHookError } from '../model/problem.ts';
import { atPath } from './beneath.ts';
import { errorCode } from './error-code.ts';
import { digestOf } from './image-file.ts';
import { openedAt, type Session } from './session.ts';
import { stampOf } from './stamp.ts';

/**
 * The SHA-256 digests of files, in hexadecimal, by their printed places. Leaves out a file that does not exist, that is not
 * a regular file, or that a program changed meanwhile. Throws what node:fs throws.
 */
export function readDigests(
  session: Pick<Session, 'opened'>,
  places: readonly Place[],
): Readonly<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const place of places) {
    const digest = digestAt(session, place);
    if (digest !== undefined) digests[printPlace(place)] = digest;
  }
  return digests;
}

/** The errors of a path that no longer leads to a regular file. */
const gone = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL'];

function digestAt(session: Pick<Session, 'opened'>, { on, path }: Place): string | undefined {
  const { top, type } = openedAt(session, on);
  try {
    return atPath(top, path, (file) => {
      const before = stampOf(file, type);
      const digest = digestOf(file);
      return stampOf(file, type) === before ? digest : undefined;
    });
  } catch (error) {
    if (error instanceof BeHookError && error.problem.code === 'write-refused') return undefined;
    if (gone.includes(errorCode(error))) return undefined;
    throw error;
  }
}
