import type { BeHookError } from '../model/problem.ts';
import { readLine, start } from './start.ts';

/** A program that goes on while we work, until its input closes: which the kernel does for us if we die. */
export interface Companion {
  readonly pid: number;
  /** Closes the program's input and waits for its end. */
  readonly close: () => Promise<void>;
}

/** Set for the companion of a session, whose namespace has copies of all mounts. No process uses them. */
export const companionVariable = 'BE_HOOK_COMPANION';

/** Starts a companion and waits for its first line of output; a first line other than `ready` is handed to `refuse`. */
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
