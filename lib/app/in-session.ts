import { BeHookError, isProblem, type Problem } from '../model/problem.ts';
import { openSession, type Session } from '../system/session.ts';
import type { ActOptions } from './act.ts';

/**
 * Opens the file system for `body`: to read it without waiting for another process, or to write to it under the lock.
 */
export async function inSession<T>(
  { where, lockSeconds }: Pick<ActOptions, 'where' | 'lockSeconds'>,
  access: 'read' | 'write',
  body: (session: Session) => Promise<T> | T,
): Promise<T> {
  const write = access === 'write';
  const session = await openSession({ where, write, lockSeconds: write ? lockSeconds : 0 });
  try {
    return await body(session);
  } finally {
    await session.close();
  }
}

/** Returns the answer of a planner that did not refuse. Throws the refusal. */
export function accept<T extends object>(answer: T | Problem): T {
  if (isProblem(answer)) throw new BeHookError(answer);
  return answer;
}
