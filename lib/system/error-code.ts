import { constants } from 'node:os';

/** The `code` of an error of node:fs, which has none for a quota that is reached: libuv's list of errors lacks EDQUOT. */
export function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'errno' in error && error.errno === -constants.errno.EDQUOT)
    return 'EDQUOT';
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
