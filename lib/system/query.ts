import { type Ended, judge, type RunOptions } from './run.ts';
import { collect, type Started, start } from './start.ts';

/** Settings of one query. A query has no input. */
type QueryOptions = Omit<RunOptions, 'input'>;

/**
 * Runs a program that only reads, and waits for it. It has the results and errors of `run`, but starts a program several
 * times faster, because it does not use execa. A program that changes data needs `run`: when a signal ends be-hook, `run`
 * ends the program.
 */
export async function query(program: string, args: readonly string[], options: QueryOptions = {}): Promise<Ended> {
  return await wait(start(program, args, options), program, options);
}

/** As `query`, and also returns the output of the program on file descriptor 3. */
export async function queryTwice(
  program: string,
  args: readonly string[],
  options: QueryOptions = {},
): Promise<Ended & { readonly extra: string }> {
  const started = start(program, args, { ...options, hasExtra: true });
  const extra = started.extra === undefined ? (): string => '' : collect(started.extra);
  const ended = await wait(started, program, options);
  return { ...ended, extra: extra() };
}

async function wait(started: Started, program: string, options: QueryOptions): Promise<Ended> {
  const { seconds = 60 } = options;
  started.stdin.end();
  const stdout = collect(started.stdout);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    started.kill();
  }, seconds * 1000);
  try {
    const { status, stderr } = await started.end;
    return judge({ status, stdout: stdout(), stderr, timedOut }, program, options);
  } finally {
    clearTimeout(timer);
  }
}
