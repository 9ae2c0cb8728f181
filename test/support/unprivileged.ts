import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Ran, runCleanly } from './program.ts';

const identity = ['--reuid', '1000', '--regid', '1000', '--clear-groups', '--'];

/**
 * Runs a program as an unprivileged user: by a shell, because setpriv itself has its capabilities until it has started a
 * program.
 */
export function asUser(...words: readonly string[]): Promise<Ran> {
  return runCleanly('setpriv', [...identity, 'sh', '-c', 'exec "$@"', 'sh', ...words]);
}

/** Runs a shell script as an unprivileged user, over and over, while `body` works. */
export async function whileUser<T>(script: string, words: readonly string[], body: () => Promise<T>): Promise<T> {
  const loop = `while :; do\n${script}\ndone 2>/dev/null`;
  const child = spawn('setpriv', [...identity, 'sh', '-c', loop, 'sh', ...words], { stdio: 'ignore' });
  await once(child, 'spawn');
  try {
    return await body();
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
