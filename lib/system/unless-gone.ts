import { errorCode } from './files.ts';

/**
 * The result of `action`; undefined where the file does not exist any more, or has another type now. In a running system
 * other processes delete and change files while be-hook reads them.
 */
export function unlessGone<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL', 'ENXIO'].includes(errorCode(error))) return undefined;
    throw error;
  }
}
