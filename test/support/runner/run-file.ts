import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { CollectedSuite } from './collect.ts';
import { collectSuites } from './collect.ts';
import { describeError } from './describe-error.ts';
import type { RunFile, TestResult, WorkerMessage } from './protocol.ts';
import { runSuite } from './run-suite.ts';

/** The faults of a suite before its tests run. Each of them would hide tests. */
function troubleIn({ name, context }: CollectedSuite): string[] {
  const trouble: string[] = [];
  if (context.tests.length === 0 && context.only.length === 0) trouble.push(`suite "${name}" has no test`);
  if (context.only.length > 0) trouble.push(`suite "${name}" has .only left behind`);
  if (context.skips > 0) trouble.push(`suite "${name}" has .skip: use skip('reason') inside the test`);
  return trouble;
}

/** Loads one test file in this process, runs its suites, and sends every outcome to `send`. */
export async function runFile(request: RunFile, send: (message: WorkerMessage) => void): Promise<void> {
  const trouble: string[] = [];
  let count = 0;
  const onResult = (result: TestResult): void => {
    count += 1;
    send({ kind: 'result', result });
  };
  try {
    const suites = await collectSuites(() => import(pathToFileURL(request.code ?? request.file).href));
    if (suites.length === 0) trouble.push('queues no test: is there a suite, and does the file end in .run()?');
    for (const suite of suites) {
      trouble.push(...troubleIn(suite));
      await runSuite(suite, {
        only: request.only ?? '',
        skipIsFailure: !['', '0', 'false'].includes(process.env['CI'] ?? ''),
        onBegin: (suiteName, test) => send({ kind: 'begin', suite: suiteName, test }),
        onResult,
      });
    }
  } catch (error) {
    trouble.push(`cannot be loaded: ${describeError(error)}`);
  }
  // A promise that was not awaited may have been rejected: let it end this process before the file is done.
  await setImmediate();
  send({ kind: 'done', count, trouble });
}
