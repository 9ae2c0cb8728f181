import type { BeHookError } from '../model/problem.ts';
import { type ReadPart, readParts, type Started, start } from './start.ts';

/** A program that runs until be-hook closes its input. If be-hook dies, the kernel closes the input. */
export interface Companion {
  readonly pid: number;
  /** Closes the program's input and waits for its end. */
  readonly close: () => Promise<void>;
  /** Reads its output after the first line. */
  readonly readPart: ReadPart;
  /** Kills it, and does not wait for programs that it started. */
  readonly kill: () => void;
}

/**
 * Waits for the first line of a companion that was started. A first line other than `ready` is passed to `refuse`.
 */
export async function awaitReady(
  { pid, stdin, stdout, end, kill }: Started,
  refuse: (line: string, stderr: string) => BeHookError,
): Promise<Companion> {
  const readPart = readParts(stdout);
  const { text: first } = await readPart('\n');
  const close = async (): Promise<void> => {
    stdin.end();
    await end;
  };
  if (first === 'ready' && pid !== undefined) return { pid, close, readPart, kill };
  stdin.end();
  const { stderr } = await end;
  throw refuse(first, stderr.trim());
}

/** Starts a companion and waits for its first line of output, as `awaitReady` does. */
export async function startCompanion(
  program: string,
  args: readonly string[],
  refuse: (line: string, stderr: string) => BeHookError,
): Promise<Companion> {
  return await awaitReady(start(program, args), refuse);
}
