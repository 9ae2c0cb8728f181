import { BeHookError } from '../model/problem.ts';
import { query } from './query.ts';
import type { Ended, RunOptions } from './run.ts';

/**
 * Runs a program that only reads, about an object that may not exist. Undefined where its message matches `absent`. Any
 * other failure throws `tool-failed`, because it does not tell whether the object exists.
 */
export async function ask(
  program: string,
  args: readonly string[],
  absent: RegExp,
  options: Omit<RunOptions, 'expect' | 'input'> = {},
): Promise<Ended | undefined> {
  const ended = await query(program, args, { ...options, expect: 'any' });
  if (ended.status === 0) return ended;
  if (absent.test(ended.stderr)) return undefined;
  throw failure(options.name ?? program, ended);
}

/** The error for a program that ended with a failure. */
export function failure(tool: string, { status, stderr }: Ended): BeHookError {
  const output = stderr.trim().split('\n').at(-1) ?? '';
  return new BeHookError({ code: 'tool-failed', tool, how: `failed with status ${status}`, output });
}
