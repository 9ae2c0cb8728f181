import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Layer } from '../../support/runner/layers.ts';
import type { FileReport } from '../../support/runner/protocol.ts';
import { reportFile, tallyOf } from '../../support/runner/report.ts';
import { runPool } from '../../support/runner/run-pool.ts';

/*
 * Each fixture is a test file with a mistake that a runner can miss. With uvu's own command line most of them end
 * with exit code 0. Here each of them must fail, and the report must name the mistake.
 */

const FIXTURES = fileURLToPath(new URL('../../fixtures/runner/', import.meta.url));

const WRONG: { fixture: string; passed: number; failed: number; says: RegExp[] }[] = [
  {
    fixture: 'fails',
    passed: 1,
    failed: 1,
    says: [/lists › are equal/, /--.*"6\.12"/, /fails\.ts:8:/, /a word/],
  },
  {
    fixture: 'throws-a-string',
    passed: 1,
    failed: 2,
    says: [/no Error: 'just a text'/, /no Error: undefined/],
  },
  {
    fixture: 'before-throws',
    passed: 0,
    failed: 3,
    says: [/\(before\)\n.*the hook is broken/, /second\n.*not run/],
  },
  { fixture: 'before-each-throws', passed: 0, failed: 2, says: [/first\n.*the hook is broken/] },
  { fixture: 'after-throws', passed: 2, failed: 1, says: [/\(after\)\n.*the hook is broken/] },
  { fixture: 'after-each-throws', passed: 0, failed: 2, says: [/second\n.*after\.each: the hook is broken/] },
  { fixture: 'forgets-run', passed: 0, failed: 1, says: [/queues no test/] },
  { fixture: 'empty-suite', passed: 1, failed: 1, says: [/suite "empty" has no test/] },
  { fixture: 'leaves-only', passed: 1, failed: 1, says: [/suite "lonely" has \.only/] },
  { fixture: 'leaves-skip', passed: 1, failed: 1, says: [/suite "lazy" has \.skip/] },
  { fixture: 'cannot-load', passed: 0, failed: 1, says: [/cannot be loaded: broken at the top/] },
  { fixture: 'exits', passed: 1, failed: 1, says: [/ended with code 0 before .*exit › leaves/] },
  { fixture: 'never-settles', passed: 0, failed: 1, says: [/endless › waits for nothing/, /never settles/] },
  { fixture: 'rejects-late', passed: 1, failed: 1, says: [/ended with code 1/, /this rejection is not handled/] },
];

async function run(fixtures: string[], seconds: number, interrupted: AbortSignal): Promise<FileReport[]> {
  const reports: FileReport[] = [];
  const layer: Layer = { turn: 1, idleLanes: 0, atOnce: 2, seconds, usual: 1, ownProcess: false };
  await runPool({
    files: fixtures.map((name) => ({ request: { file: `${FIXTURES}${name}.ts` }, layer })),
    lanes: 2,
    interrupted,
    onReport: (report) => reports.push(report),
  });
  return reports;
}

const never = new AbortController().signal;

const outcomes = suite<{ reports: FileReport[] }>('runner', { reports: [] });

outcomes.before(async (context) => {
  context.reports = await run(['passes', ...WRONG.map(({ fixture }) => fixture)], 60, never);
});

outcomes('reports a file whose tests pass as passed', ({ reports }) => {
  const report = reports.find(({ file }) => file.endsWith('/passes.ts'));

  assert.ok(report);
  assert.equal(tallyOf(report), { passed: 2, failed: 0, skipped: 0 });
  assert.match(reportFile(report), /^ok .*passes\.ts {2}2 passed {2}\d+\.\d\d s$/);
});

for (const { fixture, passed, failed, says } of WRONG) {
  outcomes(`fails the file ${fixture}`, ({ reports }) => {
    const found = reports.filter(({ file }) => file.endsWith(`/${fixture}.ts`));
    const [report] = found;

    assert.is(found.length, 1);
    assert.ok(report);
    assert.equal(tallyOf(report), { passed, failed, skipped: 0 });
    for (const pattern of says) assert.match(reportFile(report), pattern);
  });
}

outcomes.run();

const limits = suite('runner limits');

/** Whether a process runs. A zombie does not run. */
function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) Z/.test(readFileSync(stat, 'utf8'));
}

/** A killed process needs a moment to end on a busy machine. */
async function staysRunning(pid: number): Promise<boolean> {
  for (let tries = 0; isRunning(pid) && tries < 50; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  return isRunning(pid);
}

limits('stops a file that hangs, and the processes that it started', async () => {
  const [report] = await run(['hangs'], 6, never);

  assert.ok(report);
  assert.match(reportFile(report), /still running after 6 s, in "busy › starts a process and spins"/);
  const pid = Number(/started (\d+)/.exec(report.output)?.[1]);
  assert.ok(pid > 0);
  assert.not(await staysRunning(pid));
});

limits('stops after an interrupt, and starts no further file', async () => {
  const interruption = new AbortController();
  const running = run(['hangs', 'hangs', 'passes'], 60, interruption.signal);
  setTimeout(() => interruption.abort(), 1000);
  const reports = await running;

  assert.is(reports.length, 2);
  for (const report of reports) assert.match(reportFile(report), /interrupted/);
});

limits.run();
