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

/** A process group of its own keeps the signals that we ignore from the programs that we start. */
export const apart = { detached: ignoredSignals.length > 0 } as const;

/** How a process ended: its exit status, 128 + signal number for one that was killed. */
export interface ProcessEnd {
  readonly status: number;
  readonly stderr: string;
}

/** Settings of one start. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether it gets a second output, as file descriptor 3. */
  readonly hasExtra?: boolean;
}

/** A process that was started by node:child_process alone. */
export interface Started {
  /** Undefined where it could not be started: then `end` throws. */
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** What it writes to its file descriptor 3; undefined unless `hasExtra`. */
  readonly extra: Readable | undefined;
  /** Waits until it has ended and its outputs are closed. Throws `tool-missing`, and `tool-failed` where it could not be started. */
  readonly end: Promise<ProcessEnd>;
  /** Kills it and waits for nothing that holds its outputs. */
  readonly kill: () => void;
}

/**
 * Starts a program without a shell, in language C, with the fixed PATH. Its standard input is a pipe, which closes when
 * be-hook ends, or is killed; otherwise be-hook leaves the program to itself then.
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
  // Who writes to a process that has ended learns of it by its end.
  child.stdin.on('error', () => undefined);
  const end = ending(child, program);
  // Node makes a pair of sockets of such a pipe (child_process, options.stdio), of which one side is enough here.
  const extra = child.stdio[3] as Readable | undefined;
  // A caller that waits for output first may look at it later.
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

/** Collects what a program prints; answers the text so far. */
export function collect(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}

/** The first line that a stream brings, or what it brought before it closed. */
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
