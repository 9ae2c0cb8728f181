import { errorCode } from './files.ts';

/** What `action` answers, or undefined where the file is not there: in a system that runs, files go while we look. */
export function unlessGone<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error))) return undefined;
    throw error;
  }
}
