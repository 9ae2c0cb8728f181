import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleTests } from './support/runner/bundle.ts';
import { readDurations, recordDurations } from './support/runner/durations.ts';
import type { Layer, LayerName } from './support/runner/layers.ts';
import { isLayerName, LANES, LAYERS, testFiles } from './support/runner/layers.ts';
import type { LayerFile } from './support/runner/order.ts';
import { inOrder } from './support/runner/order.ts';
import type { FileReport } from './support/runner/protocol.ts';
import { failuresOf, reportFile, summaryLine, sumOf, tallyOf } from './support/runner/report.ts';
import type { PooledFile } from './support/runner/run-pool.ts';
import { runPool } from './support/runner/run-pool.ts';
import { sharedDirectory } from './support/runner/worker-process.ts';

/*
 * Runs the tests: tsx test/run.ts LAYER... [--file PATH]... [--only TEXT] [--limit SECONDS]
 * What uvu's own runner would let pass as success, and why this one does not, says test/README.md.
 */

const USAGE = `usage: tsx test/run.ts [${Object.keys(LAYERS).join('|')}]... [options]
  --file PATH      run this file; may be repeated
  --only TEXT      run the tests whose "suite › test" contains TEXT
  --limit SECONDS  time limit of one file, instead of its layer's`;

const TEST_ROOT = fileURLToPath(new URL('.', import.meta.url));

interface Options {
  files: LayerFile[];
  only: string | undefined;
  limit: number | undefined;
}

function layerOfFile(file: string): LayerName {
  const folder = file.startsWith(TEST_ROOT) ? file.slice(TEST_ROOT.length).split(sep)[0] : undefined;
  return folder !== undefined && isLayerName(folder) ? folder : 'unit';
}

function readOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      file: { type: 'string', multiple: true },
      only: { type: 'string' },
      limit: { type: 'string' },
    },
  });
  const layers = positionals.map((word) => {
    if (!isLayerName(word)) throw new Error(`there is no layer "${word}"`);
    return word;
  });
  const named = (values.file ?? []).map((file) => resolve(file));
  if (layers.length === 0 && named.length === 0) throw new Error('nothing to run');
  const limit = values.limit === undefined ? undefined : Number(values.limit);
  if (limit !== undefined && !(limit > 0)) throw new Error('--limit wants a number of seconds');
  const files = [
    ...layers.flatMap((layer) => testFiles(TEST_ROOT, layer).map((file) => ({ layer, file }))),
    ...named.map((file) => ({ layer: layerOfFile(file), file })),
  ];
  return { files: [...inOrder(files, readDurations(TEST_ROOT))], only: values.only, limit };
}

async function runAll({ files, only, limit }: Options, interrupted: AbortSignal): Promise<FileReport[]> {
  const layers: Record<LayerName, Layer> = structuredClone(LAYERS);
  if (limit !== undefined) for (const layer of Object.values(layers)) layer.seconds = limit;
  const reports: FileReport[] = [];
  const onReport = (report: FileReport): void => {
    reports.push(report);
    const ran = report.results.length > 0 || report.trouble.length > 0;
    if (ran) process.stdout.write(`${reportFile(report)}\n`);
  };
  const pooled = files.map(({ layer, file }) => ({
    request: only === undefined ? { file } : { file, only },
    layer: layers[layer],
  }));
  await runPool({ files: await bundled(pooled), lanes: LANES, interrupted, onReport });
  return reports;
}

/** The same files. Those that need a new process are in a bundle, unless one of them is invalid: its own report says so. */
async function bundled(pooled: readonly PooledFile[]): Promise<readonly PooledFile[]> {
  const alone = pooled.filter(({ layer }) => layer.ownProcess).map(({ request }) => request.file);
  if (alone.length === 0) return pooled;
  const bundle = await bundleTests(alone, join(sharedDirectory(), 'bundle')).catch(() => undefined);
  if (bundle === undefined) return pooled;
  const { worker, files } = bundle;
  return pooled.map((each) => {
    const code = files.get(each.request.file);
    return code === undefined ? each : { ...each, request: { ...each.request, code }, worker };
  });
}

/** A file that failed, or of which some tests only ran, says nothing about the time that it takes. */
function remember(reports: FileReport[]): void {
  const whole = reports.filter((report) => report.file.endsWith('.test.ts') && tallyOf(report).failed === 0);
  recordDurations(TEST_ROOT, new Map(whole.map(({ file, seconds }) => [file, seconds])));
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`test/run.ts: ${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return 2;
  }
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());

  const reports = await runAll(options, interruption.signal);
  if (options.only === undefined) remember(reports);
  const tally = sumOf(reports.map(tallyOf));
  const failures = failuresOf(reports);
  if (failures.length > 0 && reports.length > 1) process.stdout.write(`\nfailed:\n  ${failures.join('\n  ')}\n`);
  const ranNothing = tally.passed + tally.failed + tally.skipped === 0;
  if (ranNothing) process.stdout.write('FAIL  nothing ran: no test has this name, or there is no test\n');
  process.stdout.write(`${summaryLine(tally)}\n`);
  return tally.failed > 0 || ranNothing || interruption.signal.aborted ? 1 : 0;
}

process.exitCode = await main();
