import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { programPath, runCleanly } from '../support/program.ts';

const test = suite('a low limit on open files');

for (const limit of [20, 24, 28, 32]) {
  test(`causes one clear message at ${limit} files`, async () => {
    await withBtrfs({ sizeMiB: 256 }, async (fs) => {
      const script = 'ulimit -n "$1" && shift && exec "$@"';
      const words = [String(limit), process.execPath, programPath, 'list', '--filesystem', fs.top];
      const { status, stderr } = await runCleanly('sh', ['-c', script, 'sh', ...words]);
      assert.is(status, 74, stderr);
      assert.match(
        stderr,
        /^be-hook: \w+ cannot be started: too many open files: raise the limit \(ulimit -n\)[^\n]*\n$/,
      );
    });
  });
}

test.run();
