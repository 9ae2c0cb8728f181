import { Skipped } from '../skip.ts';
import type { CollectedSuite, Handler } from './collect.ts';
import { describeError } from './describe-error.ts';
import type { Outcome, TestResult } from './protocol.ts';

/** The options of a suite: a filter of names, whether a skip counts as a failure, and the receiver of results. */
export interface SuiteOptions {
  only: string;
  skipIsFailure: boolean;
  onBegin: (suite: string, test: string) => void;
  onResult: (result: TestResult) => void;
}

/** A caught value in an object, to detect even `throw undefined`. */
type Caught = { value: unknown } | undefined;

async function attempt(handler: Handler, state: object): Promise<Caught> {
  try {
    await handler(state);
    return undefined;
  } catch (value) {
    return { value };
  }
}

async function attemptInOrder(handlers: Handler[], state: object): Promise<Caught> {
  for (const handler of handlers) {
    const caught = await attempt(handler, state);
    if (caught) return caught;
  }
  return undefined;
}

async function attemptAll(handlers: Handler[], state: object): Promise<Caught[]> {
  const caught: Caught[] = [];
  for (const handler of handlers) caught.push(await attempt(handler, state));
  return caught;
}

function judge(caught: Caught, cleanup: Caught[], skipIsFailure: boolean): Outcome {
  const errors = cleanup.flatMap((each) => (each ? [`in after.each: ${describeError(each.value)}`] : []));
  const skipped = caught?.value instanceof Skipped ? caught.value : undefined;
  if (caught && !skipped) errors.unshift(describeError(caught.value));
  if (skipped && skipIsFailure) errors.unshift(`skipped, which CI does not allow: ${skipped.message}`);
  if (errors.length > 0) return { outcome: 'failed', error: errors.join('\n') };
  return skipped ? { outcome: 'skipped', reason: skipped.message } : { outcome: 'passed' };
}

async function runTest(suite: CollectedSuite, handler: Handler, skipIsFailure: boolean): Promise<Outcome> {
  const { bEach, aEach, state } = suite.context;
  const caught = await attemptInOrder([...bEach, handler], state);
  return judge(caught, await attemptAll(aEach, state), skipIsFailure);
}

/** Runs the tests of one suite in order, with its hooks, and reports every one of them exactly once. */
export async function runSuite(suite: CollectedSuite, options: SuiteOptions): Promise<void> {
  const { before, after, tests, state } = suite.context;
  const { skipIsFailure, onBegin, onResult } = options;
  const wanted = tests.filter(({ name }) => `${suite.name} › ${name}`.includes(options.only));
  if (wanted.length === 0) return;

  onBegin(suite.name, '(before)');
  const caughtBefore = await attemptInOrder(before, state);
  const prepared = judge(caughtBefore, [], skipIsFailure);
  if (prepared.outcome === 'failed') onResult({ suite: suite.name, test: '(before)', ...prepared });
  const notRun: Outcome =
    prepared.outcome === 'failed' ? { outcome: 'failed', error: 'not run, (before) failed' } : prepared;

  for (const { name, handler } of wanted) {
    state['__test__'] = name;
    onBegin(suite.name, name);
    const outcome = caughtBefore ? notRun : await runTest(suite, handler, skipIsFailure);
    onResult({ suite: suite.name, test: name, ...outcome });
  }

  onBegin(suite.name, '(after)');
  for (const caught of await attemptAll(after, state)) {
    if (!caught) continue;
    onResult({ suite: suite.name, test: '(after)', outcome: 'failed', error: describeError(caught.value) });
  }
}
