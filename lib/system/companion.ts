import type { BeHookError } from '../model/problem.ts';
import { readLine, start } from './start.ts';

/** A program that runs until be-hook closes its input. If be-hook dies, the kernel closes the input. */
export interface Companion {
  readonly pid: number;
  /** Closes the program's input and waits for its end. */
  readonly close: () => Promise<void>;
}

/** The variable that marks the companion of a session. Its namespace has copies of all mounts, which no process uses. */
export const companionVariable = 'BE_HOOK_COMPANION';

/** Starts a companion and waits for its first line of output. A first line other than `ready` is passed to `refuse`. */
export async function startCompanion(
  program: string,
  args: readonly string[],
  refuse: (line: string, stderr: string) => BeHookError,
  env: Readonly<Record<string, string>> = {},
): Promise<Companion> {
  const { pid, stdin, stdout, end } = start(program, args, { env });
  const first = await readLine(stdout);
  const close = async (): Promise<void> => {
    stdin.end();
    await end;
  };
  if (first === 'ready' && pid !== undefined) return { pid, close };
  stdin.end();
  const { stderr } = await end;
  throw refuse(first, stderr.trim());
}
