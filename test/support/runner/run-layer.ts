import type { Layer } from './layers.ts';
import type { FileReport, RunFile } from './protocol.ts';
import { tallyOf } from './report.ts';
import type { Worker } from './worker-process.ts';
import { runInWorker, startWorker, stopWorker } from './worker-process.ts';

/** What to run, how, and who hears of each file that is done. */
export interface LayerRun {
  requests: RunFile[];
  layer: Layer;
  interrupted: AbortSignal;
  onReport: (report: FileReport) => void;
}

const ENDED_WELL = 'the process ended with code 0';

/** Ends a worker that has nothing to do; dying badly now is the fault of the files that ran in it. */
async function retire(worker: Worker, last: FileReport): Promise<FileReport> {
  const how = await stopWorker(worker);
  const endedWell = how === ENDED_WELL || last.trouble.length > 0;
  const trouble = endedWell ? last.trouble : [`${how} after the last test`];
  return { ...last, trouble, output: worker.output };
}

/** One of the lanes: takes the next file until none is left. A worker that failed is not used again. */
async function runLane(next: () => RunFile | undefined, run: LayerRun): Promise<void> {
  const { seconds, ownProcess } = run.layer;
  let worker: Worker | undefined;
  let request = next();
  while (request) {
    worker ??= startWorker();
    let report = await runInWorker(worker, request, { seconds, interrupted: run.interrupted });
    request = next();
    // Only a worker that has ended has certainly handed over all its output, so a failure costs a new one.
    if (ownProcess || tallyOf(report).failed > 0 || !request) {
      report = await retire(worker, report);
      worker = undefined;
    }
    run.onReport(report);
  }
}

/** Runs all files of a layer and reports each exactly once. */
export async function runLayer(run: LayerRun): Promise<void> {
  const waiting = [...run.requests];
  const next = (): RunFile | undefined => (run.interrupted.aborted ? undefined : waiting.shift());
  await Promise.all(Array.from({ length: run.layer.concurrency }, () => runLane(next, run)));
}
