import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ignoredSignals } from './ignored-signals.ts';

/**
 * Where be-hook looks for programs: only where packages put them, because unprivileged users may be allowed to write to
 * /usr/local. The caller's environment decides nothing (both execa and node:child_process inherit everything by default).
 */
export const toolPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** With a process group of their own, the programs that be-hook starts do not get the signals that be-hook ignores. */
export const apart = { detached: ignoredSignals.length > 0 } as const;

/** Settings of one start. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether the process gets a second output, as file descriptor 3. */
  readonly hasExtra?: boolean;
}

/** A process whose input and outputs are pipes. */
export type Spawned = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable };

/**
 * Starts a program without a shell, in language C, with the fixed PATH. Its standard input is a pipe. The kernel closes
 * the pipe when be-hook ends, even by SIGKILL. Nothing else ends the program then.
 */
export function spawnTool(
  program: string,
  args: readonly string[],
  { env = {}, hasExtra = false }: StartOptions = {},
): Spawned {
  return spawn(program, args, {
    env: { PATH: toolPath, LC_ALL: 'C', ...env },
    ...apart,
    stdio: ['pipe', 'pipe', 'pipe', ...(hasExtra ? (['pipe'] as const) : [])],
  });
}
