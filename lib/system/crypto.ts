import type * as crypto from 'node:crypto';

/** node:crypto. It is loaded at the first call: most commands never use it, and loading it takes time. */
export function cryptography(): typeof crypto {
  return process.getBuiltinModule('node:crypto');
}
