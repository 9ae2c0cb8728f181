import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Layer } from '../../support/runner/layers.ts';
import { inOrder, type LayerFile } from '../../support/runner/order.ts';
import type { FileReport } from '../../support/runner/protocol.ts';
import { reportFile, tallyOf } from '../../support/runner/report.ts';
import { runPool } from '../../support/runner/run-pool.ts';
import { skip } from '../../support/skip.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/runner/', import.meta.url));

const slow: Layer = { turn: 2, idleLanes: 0, atOnce: 1, seconds: 60, usual: 1, ownProcess: true };
const quick: Layer = { turn: 1, idleLanes: 0, atOnce: 3, seconds: 60, usual: 1, ownProcess: false };

async function run(files: readonly (readonly [name: string, layer: Layer])[]): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  await runPool({
    files: files.map(([name, layer]) => ({ request: { file: `${FIXTURES}${name}.ts` }, layer })),
    lanes: 3,
    interrupted: new AbortController().signal,
    onReport: (report) => reports.push(report),
  });
  return reports;
}

const order = suite('order of test files');

const layered = (layer: LayerFile['layer'], file: string): LayerFile => ({ layer, file });

order('runs quick layers, then guests, then the others; in each turn the longest first', () => {
  const files = [
    layered('integration', 'i1'),
    layered('unit', 'u1'),
    layered('guest', 'g1'),
    layered('properties', 'p1'),
    layered('unit', 'u2'),
    layered('integration', 'i2'),
  ];
  const measured = { i1: 10, i2: 300, g1: 200, u1: 2, u2: 3, p1: 2.5 };

  const names = inOrder(files, new Map(Object.entries(measured))).map(({ file }) => file);

  assert.equal(names, ['u2', 'p1', 'u1', 'g1', 'i2', 'i1']);
});

order('expects an unmeasured integration test to be longer than an e2e test', () => {
  const files = [layered('e2e', 'e'), layered('integration', 'i')];

  assert.equal(
    inOrder(files, new Map()).map(({ file }) => file),
    ['i', 'e'],
  );
});

order.run();

const pool = suite('pool of test files');

interface Span {
  from: number;
  to: number;
}

function spanOf({ output }: FileReport): Span {
  const [from, to] = ['from', 'to'].map((word) => Number(new RegExp(`${word} (\\d+)`).exec(output)?.[1]));
  return { from: from ?? NaN, to: to ?? NaN };
}

pool('runs at most as many files of a layer in parallel as the layer allows', async () => {
  const reports = await run([
    ['overlaps', slow],
    ['overlaps', slow],
    ['overlaps', slow],
  ]);

  const spans = reports.map(spanOf).sort((a, b) => a.from - b.from);
  assert.is(spans.length, 3);
  for (const [index, { to }] of spans.slice(0, -1).entries()) assert.ok(to <= (spans[index + 1]?.from ?? NaN));
});

pool('leaves lanes idle while a file of a busy layer runs', async () => {
  const busy: Layer = { ...slow, atOnce: 3, idleLanes: 1 };
  const meeting = mkdtempSync(join(tmpdir(), 'be-hook-meeting-'));
  process.env['BE_HOOK_TEST_MEETING'] = meeting;
  const reports = await run(Array.from({ length: 4 }, () => ['meets', busy] as const));
  delete process.env['BE_HOOK_TEST_MEETING'];
  rmSync(meeting, { recursive: true });

  const spans = reports.map(spanOf);
  for (const report of reports) assert.match(report.output, /^to /m, 'two ran in parallel');
  assert.equal(
    spans.map((span) => spans.filter(({ from, to }) => from <= span.from && span.from < to).length <= 2),
    [true, true, true, true],
  );
});

pool('runs files of other layers beside a full layer, each file once', async () => {
  const reports = await run([
    ['overlaps', slow],
    ['overlaps', slow],
    ['passes', quick],
    ['skips', { ...slow }],
  ]);

  const names = reports.map(({ file }) => file.slice(FIXTURES.length));
  assert.is(names.at(-1), 'overlaps.ts');
  assert.equal(names.sort(), ['overlaps.ts', 'overlaps.ts', 'passes.ts', 'skips.ts']);
});

pool('gives every process a separate /run with the old content', async () => {
  if (process.getuid?.() !== 0) skip('only root can mount');
  const before = existsSync('/run/be-hook.lock');

  const reports = await run([
    ['locks-run', slow],
    ['locks-run', slow],
  ]);

  for (const report of reports) assert.is(tallyOf(report).passed, 1, reportFile(report));
  assert.is(existsSync('/run/be-hook.lock'), before);
});

pool.run();
