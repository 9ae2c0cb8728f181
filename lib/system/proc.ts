import { readFileSync } from 'node:fs';
import { errorCode } from './error-code.ts';

/**
 * The text of a file in /proc. Names in it are bytes that any user can choose: what is not UTF-8 becomes U+FFFD, because
 * the rest of the file must still be read. Throws what node:fs throws.
 */
export function readProc(path: string): string {
  return readFileSync(path, 'utf8');
}

/**
 * What `read` answers of a task, whose directory in /proc is `task`; undefined where the task has ended meanwhile, does not
 * have what is read, or is hidden from root by a security module. Throws every other
 * error, such as the lack of file descriptors: the task may use what is about to be deleted.
 */
export function unlessEnded<T>(task: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isMissing(error) || ['EACCES', 'EPERM'].includes(errorCode(error)) || hasEnded(task)) return undefined;
    throw error;
  }
}

/** Whether a task is gone, or a zombie, whose mountinfo answers EINVAL (fs/proc_namespace.c, Linux 6.18). */
function hasEnded(task: string): boolean {
  try {
    // The name in front of the state may contain anything.
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
