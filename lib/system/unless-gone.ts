import { errorCode } from './files.ts';

/**
 * What `action` answers, or undefined where the file is not there, or is another thing than it was: in a system that runs,
 * files go and change while we look.
 */
export function unlessGone<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL', 'ENXIO'].includes(errorCode(error))) return undefined;
    throw error;
  }
}
