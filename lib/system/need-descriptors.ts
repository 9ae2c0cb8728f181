import { closeSync, openSync } from 'node:fs';
import { BeHookError } from '../model/problem.ts';
import { errorCode } from './error-code.ts';

/** As many as starting a program takes: four pairs of sockets or pipes, for its streams and ours, and one that tells of failure. */
const needed = 12;

/**
 * Throws `tool-failed` where a program could not be started for want of file descriptors: Node then makes a process without
 * streams and reports the failure by an event for which it is too early to listen.
 */
export function needDescriptors(program: string): void {
  const open: number[] = [];
  try {
    for (let n = 0; n < needed; n += 1) open.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if (!['EMFILE', 'ENFILE'].includes(errorCode(error))) throw error;
    const output = 'too many open files: raise the limit (ulimit -n)';
    throw new BeHookError({ code: 'tool-failed', tool: program, how: 'cannot be started', output }, { cause: error });
  } finally {
    for (const fd of open) closeSync(fd);
  }
}
