import { readFileSync } from 'node:fs';
import { errorCode } from './error-code.ts';

/**
 * The text of a file in /proc. Any user can choose the bytes of the names in it. Bytes that are not UTF-8 become U+FFFD,
 * because be-hook must still read the rest of the file. Throws what node:fs throws.
 */
export function readProc(path: string): string {
  return readFileSync(path, 'utf8');
}

/**
 * The result of `read` for a task, whose directory in /proc is `task`. Undefined where the task has ended meanwhile, does
 * not have the file, or a security module hides it from root. Throws every other error, such as the lack of file
 * descriptors, because the task may use a subvolume that be-hook is about to delete.
 */
export function unlessEnded<T>(task: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isMissing(error) || ['EACCES', 'EPERM'].includes(errorCode(error)) || hasEnded(task)) return undefined;
    throw error;
  }
}

/** Whether a task has ended or is a zombie, whose mountinfo fails with EINVAL (fs/proc_namespace.c, Linux 6.18). */
function hasEnded(task: string): boolean {
  try {
    // The name in front of the state may contain any character.
    const stat = readProc(`${task}/stat`);
    return ['Z', 'X'].includes(stat.charAt(stat.lastIndexOf(')') + 2));
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ESRCH'].includes(errorCode(error));
}
