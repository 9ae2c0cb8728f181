import type { RunFile, WorkerMessage } from './protocol.ts';
import { runFile } from './run-file.ts';

/*
 * The child process in which test files run, one at a time, on request of the parent. While a file runs, the channel to
 * the parent does not keep the process alive: a test that awaits a promise that never settles ends it at once.
 */

const send = (message: WorkerMessage): void => {
  process.send?.(message);
};

// Set only now: tsx, which has started, keeps its cache in the old directory.
process.env['TMPDIR'] = process.env['BE_HOOK_TEST_SCRATCH'];

process.on('message', (request: RunFile) => {
  process.channel?.unref();
  void runFile(request, send).then(() => process.channel?.ref());
});
process.on('disconnect', () => process.exit(0));
process.on('beforeExit', () => {
  process.stderr.write('nothing is left to wait for, but a test has not ended: a promise that never settles\n');
  process.exit(13);
});
