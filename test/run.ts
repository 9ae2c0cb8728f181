import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Layer, LayerName } from './support/runner/layers.ts';
import { isLayerName, LAYERS, testFiles } from './support/runner/layers.ts';
import type { FileReport, RunFile } from './support/runner/protocol.ts';
import { failuresOf, reportFile, summaryLine, sumOf, tallyOf } from './support/runner/report.ts';
import { runLayer } from './support/runner/run-layer.ts';

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
  batches: { layer: LayerName; files: string[] }[];
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
  const files = (values.file ?? []).map((file) => resolve(file));
  if (layers.length === 0 && files.length === 0) throw new Error('nothing to run');
  const limit = values.limit === undefined ? undefined : Number(values.limit);
  if (limit !== undefined && !(limit > 0)) throw new Error('--limit wants a number of seconds');
  return {
    batches: [
      ...layers.map((layer) => ({ layer, files: testFiles(TEST_ROOT, layer) })),
      ...files.map((file) => ({ layer: layerOfFile(file), files: [file] })),
    ],
    only: values.only,
    limit,
  };
}

async function runAll({ batches, only, limit }: Options, interrupted: AbortSignal): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  for (const { layer: name, files } of batches) {
    const layer: Layer = { ...LAYERS[name], ...(limit === undefined ? {} : { seconds: limit }) };
    const requests = files.map((file): RunFile => (only === undefined ? { file } : { file, only }));
    const onReport = (report: FileReport): void => {
      reports.push(report);
      const ran = report.results.length > 0 || report.trouble.length > 0;
      if (ran) process.stdout.write(`${reportFile(report)}\n`);
    };
    await runLayer({ requests, layer, interrupted, onReport });
  }
  return reports;
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
  const tally = sumOf(reports.map(tallyOf));
  const failures = failuresOf(reports);
  if (failures.length > 0 && reports.length > 1) process.stdout.write(`\nfailed:\n  ${failures.join('\n  ')}\n`);
  const ranNothing = tally.passed + tally.failed + tally.skipped === 0;
  if (ranNothing) process.stdout.write('FAIL  nothing ran: no test has this name, or there is no test\n');
  process.stdout.write(`${summaryLine(tally)}\n`);
  return tally.failed > 0 || ranNothing || interruption.signal.aborted ? 1 : 0;
}

process.exitCode = await main();
