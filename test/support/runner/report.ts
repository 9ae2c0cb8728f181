import { relative } from 'node:path';
import type { FileReport, TestResult } from './protocol.ts';

/** The number of tests with each outcome. Each trouble with a file counts as one failure. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts one file. */
export function tallyOf({ results, trouble }: FileReport): Tally {
  const count = (outcome: TestResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  return { passed: count('passed'), failed: count('failed') + trouble.length, skipped: count('skipped') };
}

/** The sum of two counts. */
export function sumOf(tallies: Tally[]): Tally {
  const add = (a: Tally, b: Tally): Tally => ({
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  });
  return tallies.reduce(add, { passed: 0, failed: 0, skipped: 0 });
}

/** The totals of a run. The runner prints this line last. */
export function summaryLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '      ');
}

function resultLines(result: TestResult): string[] {
  const name = `${result.suite} › ${result.test}`;
  if (result.outcome === 'passed') return [];
  if (result.outcome === 'skipped') return [`  skip  ${name}: ${result.reason}`];
  return [`  FAIL  ${name}`, indent(result.error)];
}

function outputLines(report: FileReport): string[] {
  const output = report.output.trimEnd();
  return output === '' ? [] : ['  printed by this file:', indent(output)];
}

/** One compact line for the file. Below it: skipped and failed tests, and the output of a failed file. */
export function reportFile(report: FileReport): string {
  const tally = tallyOf(report);
  const counts = [`${tally.passed} passed`];
  if (tally.failed > 0) counts.push(`${tally.failed} failed`);
  if (tally.skipped > 0) counts.push(`${tally.skipped} skipped`);
  const word = tally.failed > 0 ? 'FAIL' : 'ok  ';
  return [
    `${word}  ${relative(process.cwd(), report.file)}  ${counts.join(', ')}  ${report.seconds.toFixed(2)} s`,
    ...report.trouble.map((text) => `  FAIL  this file: ${text}`),
    ...report.results.flatMap(resultLines),
    ...(tally.failed > 0 ? outputLines(report) : []),
  ].join('\n');
}

/** The names of all failures again, for the end of a long run. */
export function failuresOf(reports: FileReport[]): string[] {
  return reports.flatMap(({ file, results, trouble }) => [
    ...trouble.map((text) => `${relative(process.cwd(), file)}: ${text.split('\n')[0]}`),
    ...results
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ suite, test }) => `${relative(process.cwd(), file)}: ${suite} › ${test}`),
  ]);
}
