import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../support/rpm/run.ts';

const check = fileURLToPath(new URL('../check', import.meta.url));

const test = suite('the static checks');

test('find no fault in format, types, pure folders, lint and shell scripts', async () => {
  const { status, stdout, stderr } = await run(check, []);
  assert.is(status, 0, stdout + stderr);
});

test.run();
