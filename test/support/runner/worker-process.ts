import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FileReport, RunFile, WorkerMessage } from './protocol.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const KEPT_OUTPUT = 65_536;
const GRACE_MILLISECONDS = 10_000;

/** A child process that runs test files, and its output since the start of the current file. */
export interface Worker {
  child: ChildProcess;
  output: string;
  /** Settles when the process has ended, with a phrase that describes the end. */
  ended: Promise<string>;
}

/** Sends a signal to the worker and to all processes of its process group. */
function signalGroup({ child }: Worker, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group has already ended.
  }
}

async function watchEnd(worker: Worker): Promise<string> {
  const outputs = [worker.child.stdout, worker.child.stderr].flatMap((stream) => stream ?? []);
  const lastWords = Promise.allSettled(outputs.map((stream) => finished(stream)));
  const [code, signal] = (await once(worker.child, 'exit')) as [number | null, NodeJS.Signals | null];
  signalGroup(worker, 'SIGKILL');
  // Waits for the last output, but not for another process that still holds the pipe.
  await Promise.race([lastWords, sleep(500, undefined, { ref: false })]);
  for (const stream of outputs) stream.destroy();
  return signal === null ? `the process ended with code ${code}` : `the process was ended by ${signal}`;
}

/**
 * No other process sees the mounts of a test. Otherwise programs under test that start at the same time would copy the
 * mounts into their own namespaces, and the test could not unmount them. /run is a separate directory in which the old
 * content is mounted, because the lock and the mount points of be-hook are there, once for each machine. The stored code
 * of the program (lib/system/code-cache.ts) is the same for all workers, so that each file is compiled once in a run.
 */
const ownNamespace = `
set -eu
scratch=$1
shift
run=$(mktemp -d)
mount -t tmpfs -o mode=755 tmpfs "$run"
for path in /run/*; do
  copy=$run/\${path#/run/}
  case $path in /run/be-hook*) continue ;; esac
  if [ -L "$path" ]; then cp -P "$path" "$copy"
  elif [ -d "$path" ]; then mkdir "$copy"; mount --rbind "$path" "$copy"
  elif [ -e "$path" ]; then : >"$copy"; mount --bind "$path" "$copy"
  fi
done
mkdir -m 700 "$run/be-hook.code"
mount --bind "$BE_HOOK_TEST_SHARED/code" "$run/be-hook.code"
mount --move "$run" /run
rmdir "$run"
if [ "$scratch" != disk ]; then mount -t tmpfs -o mode=1777 tmpfs "$BE_HOOK_TEST_SCRATCH"; fi
exec "$@"
`;

/** With this much free memory, the temporary files of each worker are in memory: images of disks, most of them small. */
const PLENTY = 12 * 2 ** 30;

function ownNamespaceArguments(): string[] {
  if (process.getuid?.() !== 0) return [];
  const scratch = freemem() > PLENTY ? 'memory' : 'disk';
  return ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', ownNamespace, 'sh', scratch];
}

let shared: string | undefined;

/** The directory that all workers of this process share. It ends with this process. */
export function sharedDirectory(): string {
  if (shared !== undefined) return shared;
  const made = mkdtempSync(join(tmpdir(), 'be-hook-shared-'));
  mkdirSync(join(made, 'code'), { mode: 0o700 });
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  shared = made;
  return made;
}

/** Node.js and its arguments for a worker, which is TypeScript if it is not in a bundle. */
function workerCommand(bundled: string | undefined): readonly string[] {
  if (bundled !== undefined) return [process.execPath, '--enable-source-maps', bundled];
  return [process.execPath, '--import', import.meta.resolve('tsx'), WORKER];
}

/**
 * Starts a worker in its own process group and, if permitted, in its own mount namespace with its own /run. Its
 * directory for temporary files, which every user can enter, ends with it. `bundled` is the worker of a bundle.
 */
export function startWorker(bundled?: string): Worker {
  const scratch = mkdtempSync(join(tmpdir(), 'be-hook-worker-'));
  chmodSync(scratch, 0o1777);
  const words = [...ownNamespaceArguments(), ...workerCommand(bundled)];
  const [program = '', ...argv] = words;
  const child = spawn(program, argv, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
    env: { ...process.env, BE_HOOK_TEST_SCRATCH: scratch, BE_HOOK_TEST_SHARED: sharedDirectory() },
  });
  const worker: Worker = { child, output: '', ended: Promise.resolve('') };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      worker.output = (worker.output + text).slice(-KEPT_OUTPUT);
    });
  }
  worker.ended = watchEnd(worker).finally(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }));
  return worker;
}

/** Requests the end of the worker and returns how it ended. Used between files, when the worker is idle. */
export async function stopWorker(worker: Worker): Promise<string> {
  if (worker.child.connected) worker.child.disconnect();
  return worker.ended;
}

/** Ends a worker during a file: first with SIGTERM, which lets the processes of its test clean up. */
async function endWorker(worker: Worker): Promise<void> {
  signalGroup(worker, 'SIGTERM');
  const impatience = setTimeout(() => signalGroup(worker, 'SIGKILL'), GRACE_MILLISECONDS);
  await worker.ended;
  clearTimeout(impatience);
}

/** Limits on one file: its time, and the signal to stop the run. */
export interface FileLimits {
  seconds: number;
  interrupted: AbortSignal;
}

/** Resolves with the reason if the file has to be stopped. */
function whenToStop(limits: FileLimits): { reached: Promise<string>; forget: () => void } {
  const forgetting = new AbortController();
  const reached = new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve(`still running after ${limits.seconds} s`), limits.seconds * 1000);
    const interrupt = (): void => resolve('interrupted');
    limits.interrupted.addEventListener('abort', interrupt, { signal: forgetting.signal });
    forgetting.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  return { reached, forget: () => forgetting.abort() };
}

/** Runs one file in the worker. Whatever happens to the process, the result is a report. */
export async function runInWorker(worker: Worker, request: RunFile, limits: FileLimits): Promise<FileReport> {
  const start = performance.now();
  const report: FileReport = { file: request.file, seconds: 0, results: [], trouble: [], output: '' };
  let current = 'while loading';
  worker.output = '';

  const done = new Promise<'done'>((resolve) => {
    worker.child.on('message', (message: WorkerMessage) => {
      if (message.kind === 'begin') current = `in "${message.suite} › ${message.test}"`;
      if (message.kind === 'result') report.results.push(message.result);
      if (message.kind !== 'done') return;
      report.trouble.push(...message.trouble);
      if (message.count !== report.results.length) report.trouble.push('results were lost on the way');
      resolve('done');
    });
  });
  const died = worker.ended.then((how) => `${how} before the file was done`);
  const stop = whenToStop(limits);
  if (worker.child.connected) worker.child.send(request);
  const how = await Promise.race([done, died, stop.reached]);
  stop.forget();
  worker.child.removeAllListeners('message');

  if (how !== 'done') report.trouble.push(`${how}, ${current}`);
  if (how !== 'done') await endWorker(worker);
  report.seconds = (performance.now() - start) / 1000;
  report.output = worker.output;
  return report;
}
