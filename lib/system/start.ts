import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { BeHookError } from '../model/problem.ts';
import { errorCode } from './error-code.ts';
import { ignoredSignals } from './ignored-signals.ts';
import { missingTool } from './missing-tool.ts';
import { needDescriptors } from './need-descriptors.ts';

/**
 * Where be-hook looks for programs: only where packages put them, because unprivileged users may be allowed to write to
 * /usr/local. The caller's environment decides nothing (both execa and node:child_process inherit everything by default).
 */
export const toolPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** With a process group of their own, the programs that be-hook starts do not get the signals that be-hook ignores. */
export const apart = { detached: ignoredSignals.length > 0 } as const;

/** The end of a process. `status` is its exit status; 128 + signal number where a signal killed it. */
export interface ProcessEnd {
  readonly status: number;
  readonly stderr: string;
}

/** Settings of one start. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether the process gets a second output, as file descriptor 3. */
  readonly hasExtra?: boolean;
}

/** A process that be-hook started with node:child_process, without execa. */
export interface Started {
  /** Undefined where the start failed: then `end` throws. */
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** The output on its file descriptor 3; undefined unless `hasExtra`. */
  readonly extra: Readable | undefined;
  /** Waits until it has ended and its outputs are closed. Throws `tool-missing`, and `tool-failed` where the start failed. */
  readonly end: Promise<ProcessEnd>;
  /** Kills the process, and does not wait for other processes that hold its outputs. */
  readonly kill: () => void;
}

/**
 * Starts a program without a shell, in language C, with the fixed PATH. Its standard input is a pipe. The kernel closes
 * the pipe when be-hook ends, even by SIGKILL. Nothing else ends the program then.
 */
export function start(
  program: string,
  args: readonly string[],
  { env = {}, hasExtra = false }: StartOptions = {},
): Started {
  needDescriptors(program);
  const child = spawn(program, args, {
    env: { PATH: toolPath, LC_ALL: 'C', ...env },
    ...apart,
    stdio: ['pipe', 'pipe', 'pipe', ...(hasExtra ? (['pipe'] as const) : [])],
  });
  // A write to a process that has ended fails. `end` reports that the process has ended.
  child.stdin.on('error', () => undefined);
  const end = ending(child, program);
  // Node makes a pair of sockets for such a pipe (child_process, options.stdio). This code needs only one side.
  const extra = child.stdio[3] as Readable | undefined;
  // A caller that first waits for output may await `end` later: its rejection must not end be-hook before.
  end.catch(() => undefined);
  const kill = (): void => {
    child.kill('SIGKILL');
    child.stdout.destroy();
    child.stderr.destroy();
    extra?.destroy();
  };
  const { pid, stdin, stdout } = child;
  return { pid, stdin, stdout, extra, end, kill };
}

function ending(child: ChildProcess & { readonly stderr: Readable }, program: string): Promise<ProcessEnd> {
  const stderr = collect(child.stderr);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      if (errorCode(error) === 'ENOENT') reject(missingTool(program));
      const how = 'cannot be started';
      reject(new BeHookError({ code: 'tool-failed', tool: program, how, output: error.message }, { cause: error }));
    });
    child.once('close', (code, signal) => {
      resolve({ status: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), stderr: stderr() });
    });
  });
}

/** Collects the output of a program. The returned function returns the text so far. */
export function collect(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** The first line of a stream, or its whole text where it closes before the first line ends. */
export function readLine(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
    });
    stream.on('close', () => resolve(text));
  });
}
