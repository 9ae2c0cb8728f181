import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FileReport, RunFile, WorkerMessage } from './protocol.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const KEPT_OUTPUT = 65_536;
const GRACE_MILLISECONDS = 10_000;

/** A child process that runs test files, and what it has printed since the current file began. */
export interface Worker {
  child: ChildProcess;
  output: string;
  /** Settles when the process is gone, with a phrase that says how it ended. */
  ended: Promise<string>;
}

/** Sends a signal to the worker and to everything it started that has not left its process group. */
function signalGroup({ child }: Worker, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group is gone already.
  }
}

async function watchEnd(worker: Worker): Promise<string> {
  const outputs = [worker.child.stdout, worker.child.stderr].flatMap((stream) => stream ?? []);
  const lastWords = Promise.allSettled(outputs.map((stream) => finished(stream)));
  const [code, signal] = (await once(worker.child, 'exit')) as [number | null, NodeJS.Signals | null];
  signalGroup(worker, 'SIGKILL');
  // Lets the last words arrive, but does not wait for another process that still holds the pipe.
  await Promise.race([lastWords, sleep(500, undefined, { ref: false })]);
  for (const stream of outputs) stream.destroy();
  return signal === null ? `the process ended with code ${code}` : `the process was ended by ${signal}`;
}

/**
 * What a test mounts no other process sees: else programs under test that start meanwhile would take copies of the
 * mounts into namespaces of their own, and keep busy what its test wants to unmount. And /run is a copy, in which what
 * was there is mounted: be-hook's lock and mount points are there, of which a machine has one.
 */
const ownNamespace = `
set -eu
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
mount --move "$run" /run
rmdir "$run"
exec "$@"
`;

const OWN_NAMESPACE =
  process.getuid?.() === 0 ? ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', ownNamespace, 'sh'] : [];

/** Starts a worker in a process group, and where it may in a mount namespace with a /run, of its own. */
export function startWorker(): Worker {
  const [program, ...argv] = [...OWN_NAMESPACE, process.execPath, '--import', import.meta.resolve('tsx'), WORKER];
  const child = spawn(program, argv, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const worker: Worker = { child, output: '', ended: Promise.resolve('') };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      worker.output = (worker.output + text).slice(-KEPT_OUTPUT);
    });
  }
  worker.ended = watchEnd(worker);
  return worker;
}

/** Asks the worker to end itself and says how it did; used between files, when nothing runs in it. */
export async function stopWorker(worker: Worker): Promise<string> {
  if (worker.child.connected) worker.child.disconnect();
  return worker.ended;
}

/** Ends a worker in the middle of a file: politely at first, so that what its test has started can tidy up. */
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

/** Resolves with why the file has to be stopped, if it ever has to. */
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

/** Runs one file in the worker. Whatever happens to the process, the answer is a report that tells it. */
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
