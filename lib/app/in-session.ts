import { type Session, withSession } from '../system/session.ts';
import type { ActOptions } from './act.ts';

/**
 * Opens the file system for `body`: to read it without waiting for another process, or to write to it under the lock.
 */
export function inSession<T>(
  { where, lockSeconds }: Pick<ActOptions, 'where' | 'lockSeconds'>,
  access: 'read' | 'write',
  body: (session: Session) => Promise<T> | T,
): Promise<T> {
  const write = access === 'write';
  return withSession({ where, write, lockSeconds: write ? lockSeconds : 0 }, body);
}
