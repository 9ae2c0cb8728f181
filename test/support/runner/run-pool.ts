import type { Layer } from './layers.ts';
import type { FileReport, RunFile } from './protocol.ts';
import { tallyOf } from './report.ts';
import type { Worker } from './worker-process.ts';
import { runInWorker, startWorker, stopWorker } from './worker-process.ts';

/** A file to run, and the rules of its layer. Files of a layer share one and the same object. */
export interface PooledFile {
  readonly request: RunFile;
  readonly layer: Layer;
  /** The worker of the bundle in which the file is, if it is in one. Only for a layer with `ownProcess`. */
  readonly worker?: string;
}

/** The files to run in their order, the rules, and the receiver of each report. */
export interface PoolRun {
  readonly files: readonly PooledFile[];
  /** The number of files that run at the same time. */
  readonly lanes: number;
  readonly interrupted: AbortSignal;
  readonly onReport: (report: FileReport) => void;
}

const ENDED_WELL = 'the process ended with code 0';

/** Ends an idle worker. If it fails now, the files that ran in it are at fault. */
async function retire(worker: Worker, last: FileReport): Promise<FileReport> {
  const how = await stopWorker(worker);
  const endedWell = how === ENDED_WELL || last.trouble.length > 0;
  const trouble = endedWell ? last.trouble : [`${how} after the last test`];
  return { ...last, trouble, output: worker.output };
}

/** The files that still wait, in the order of the run, and the layers of those that run. */
class Queue {
  readonly #waiting: PooledFile[];
  readonly #running: Layer[] = [];
  readonly #lanes: number;
  readonly #interrupted: AbortSignal;
  #wake: (() => void)[] = [];

  constructor({ files, lanes, interrupted }: PoolRun) {
    this.#waiting = [...files];
    this.#lanes = lanes;
    this.#interrupted = interrupted;
  }

  /** Notes that a file is done. */
  done(file: PooledFile): void {
    this.#running.splice(this.#running.indexOf(file.layer), 1);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** The next file that may run now, if any. */
  take(): PooledFile | undefined {
    if (this.#interrupted.aborted) return undefined;
    // The first file of a layer that is not full. A later file must not take its lane.
    const index = this.#waiting.findIndex(({ layer }) => this.#count(layer) < layer.atOnce);
    const file = this.#waiting[index];
    if (file === undefined || !this.#hasLane(file.layer)) return undefined;
    this.#waiting.splice(index, 1);
    this.#running.push(file.layer);
    return file;
  }

  /** The next file, as soon as one may run. Undefined if none is left. */
  async next(): Promise<PooledFile | undefined> {
    for (;;) {
      const file = this.take();
      if (file !== undefined || this.#interrupted.aborted || this.#waiting.length === 0) return file;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  #count(layer: Layer): number {
    return this.#running.filter((running) => running === layer).length;
  }

  #hasLane(layer: Layer): boolean {
    const idle = Math.max(...[layer, ...this.#running].map(({ idleLanes }) => idleLanes));
    return this.#running.length === 0 || this.#running.length < this.#lanes - idle;
  }
}

/** One lane: runs the next file until none is left. A failed worker is not used again. */
async function runLane(queue: Queue, { interrupted, onReport }: PoolRun): Promise<void> {
  let worker: Worker | undefined;
  let file = await queue.next();
  while (file) {
    const { request, layer } = file;
    worker ??= startWorker(file.worker);
    let report = await runInWorker(worker, request, { seconds: layer.seconds, interrupted });
    queue.done(file);
    // Only an ended worker has certainly sent all its output, so a failure needs a new worker.
    const following: PooledFile | undefined = queue.take();
    const goesOn = following && !layer.ownProcess && !following.layer.ownProcess && tallyOf(report).failed === 0;
    if (!goesOn) {
      report = await retire(worker, report);
      worker = undefined;
    }
    onReport(report);
    file = following ?? (await queue.next());
  }
}

/** Runs all files and reports each exactly once. */
export async function runPool(run: PoolRun): Promise<void> {
  const queue = new Queue(run);
  await Promise.all(Array.from({ length: run.lanes }, () => runLane(queue, run)));
}
