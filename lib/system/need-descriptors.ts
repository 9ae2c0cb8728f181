import { closeSync, openSync } from 'node:fs';
import { BeHookError } from '../model/problem.ts';
import { errorCode } from './error-code.ts';

/**
 * File descriptors that the start of a program takes. The streams of the program and of be-hook take four pairs of
 * sockets or pipes. One more pair reports failure.
 */
const needed = 12;

/**
 * Throws `tool-failed` where too few file descriptors are free to start a program. Node would make a process without
 * streams then, and report the failure by an event before be-hook can listen for it.
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
