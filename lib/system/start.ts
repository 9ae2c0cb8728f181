import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { BeHookError } from '../model/problem.ts';
import { errorCode } from './error-code.ts';
import { missingTool } from './missing-tool.ts';
import { needDescriptors } from './need-descriptors.ts';
import { type Spawned, type StartOptions, spawnTool } from './spawn.ts';

/** The end of a process. `status` is its exit status; 128 + signal number where a signal killed it. */
export interface ProcessEnd {
  readonly status: number;
  readonly stderr: string;
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

/** Starts a program as `spawnTool` does. */
export function start(program: string, args: readonly string[], options: StartOptions = {}): Started {
  needDescriptors(program);
  return follow(spawnTool(program, args, options), program);
}

/** Follows a process that was started a moment ago: nothing has waited for an event since. */
export function follow(child: Spawned, program: string): Started {
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

function ending(child: Spawned, program: string): Promise<ProcessEnd> {
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

/** A part of an output. */
export interface Part {
  readonly text: string;
  /** False where the stream closed before the separator. */
  readonly isWhole: boolean;
}

/** Reads the text before the next separator. */
export type ReadPart = (separator: string) => Promise<Part>;

/** Reads a stream part by part. Only one part may be awaited at a time. */
export function readParts(stream: Readable): ReadPart {
  let pending: Buffer = Buffer.alloc(0);
  let isClosed = false;
  let wake = (): void => undefined;
  stream.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    wake();
  });
  stream.on('close', () => {
    isClosed = true;
    wake();
  });
  return async (separator) => {
    while (!isClosed && !pending.includes(separator)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const end = pending.indexOf(separator);
    const isWhole = end >= 0;
    const text = pending.toString('utf8', 0, isWhole ? end : undefined);
    pending = pending.subarray(isWhole ? end + separator.length : pending.length);
    return { text, isWhole };
  };
}

/** The first line of a stream, or its whole text where it closes before the first line ends. */
export async function readLine(stream: Readable): Promise<string> {
  return (await readParts(stream)('\n')).text;
}
