import type { Layer } from './layers.ts';
import type { FileReport, RunFile } from './protocol.ts';
import { tallyOf } from './report.ts';
import type { Worker } from './worker-process.ts';
import { runInWorker, startWorker, stopWorker } from './worker-process.ts';

/** A file to run, and the rules of its layer. Files of a layer share one and the same object. */
export interface PooledFile {
  readonly request: RunFile;
  readonly layer: Layer;
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

/** The files that still wait, in the order of the run. */
class Queue {
  readonly #waiting: PooledFile[];
  readonly #running = new Map<Layer, number>();
  readonly #interrupted: AbortSignal;

  constructor({ files, interrupted }: PoolRun) {
    this.#waiting = [...files];
    this.#interrupted = interrupted;
  }

  /**
   * The next file whose layer may run another file, after a file is done. Undefined if this lane has no more work: the
   * lanes that run the full layers now also run the remaining files.
   */
  next(done: PooledFile | undefined): PooledFile | undefined {
    if (done !== undefined) this.#count(done.layer, -1);
    if (this.#interrupted.aborted) return undefined;
    const index = this.#waiting.findIndex(({ layer }) => (this.#running.get(layer) ?? 0) < layer.atOnce);
    const [file] = index === -1 ? [] : this.#waiting.splice(index, 1);
    if (file !== undefined) this.#count(file.layer, 1);
    return file;
  }

  #count(layer: Layer, change: number): void {
    this.#running.set(layer, (this.#running.get(layer) ?? 0) + change);
  }
}

/** One lane: runs the next file until none is left. A failed worker is not used again. */
async function runLane(queue: Queue, { interrupted, onReport }: PoolRun): Promise<void> {
  let worker: Worker | undefined;
  let file = queue.next(undefined);
  while (file) {
    const { request, layer } = file;
    worker ??= startWorker();
    let report = await runInWorker(worker, request, { seconds: layer.seconds, interrupted });
    file = queue.next(file);
    // Only an ended worker has certainly sent all its output, so a failure needs a new worker.
    const goesOn = file !== undefined && !layer.ownProcess && !file.layer.ownProcess && tallyOf(report).failed === 0;
    if (!goesOn) {
      report = await retire(worker, report);
      worker = undefined;
    }
    onReport(report);
  }
}

/** Runs all files and reports each exactly once. */
export async function runPool(run: PoolRun): Promise<void> {
  const queue = new Queue(run);
  await Promise.all(Array.from({ length: run.lanes }, () => runLane(queue, run)));
}
