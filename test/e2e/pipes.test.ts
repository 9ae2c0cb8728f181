import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { programPath } from '../support/program.ts';

const test = suite('output without a reader, or to a full disk');

/** Runs a line of shell in which `$0` starts the program. */
async function shell(line: string): Promise<{ readonly status: number; readonly stderr: string }> {
  const ended = await execa('bash', ['-c', line, programPath], { reject: false });
  return { status: ended.exitCode ?? 128, stderr: ended.stderr };
}

test('is no error when the reader ends early', async () => {
  const { status, stderr } = await shell(
    'set -o pipefail; "$0" help | head -c 1 >/dev/null; exec 1>&-; "$0" help | true',
  );

  assert.is(stderr, '');
  assert.is(status, 0);
});

test('is an error of one line when the disk is full', async () => {
  const { status, stderr } = await shell('"$0" help >/dev/full');

  assert.match(stderr, /^be-hook: the output cannot be written: ENOSPC[^\n]*$/);
  assert.is(status, 73);
});

test.run();
