import { constants } from 'node:os';

/** The `code` of an error of node:fs. node:fs sets no code when a quota is reached: libuv's list of errors lacks EDQUOT. */
export function errorCode(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'errno' in error && error.errno === -constants.errno.EDQUOT)
    return 'EDQUOT';
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
