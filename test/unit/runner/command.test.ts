import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Ended {
  code: number;
  out: string;
  err: string;
}

/** Runs test/run.ts like a developer or CI. */
function runner(args: string[], ci = ''): Promise<Ended> {
  return execute(process.execPath, ['--import', 'tsx', 'test/run.ts', ...args], ci);
}

function execute(program: string, argv: string[], ci = ''): Promise<Ended> {
  const options = { cwd: ROOT, env: { ...process.env, CI: ci } };
  return new Promise((resolve) => {
    execFile(program, argv, options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

const fixture = (name: string): string[] => ['--file', `test/fixtures/runner/${name}.ts`];

const command = suite('test/run.ts');

command('prints the totals in the last line, and exits 1 after a failure', async () => {
  const { code, out } = await runner([...fixture('passes'), ...fixture('fails'), ...fixture('skips')]);

  assert.is(code, 1);
  assert.is(out.trimEnd().split('\n').at(-1), '4 passed, 1 failed, 3 skipped');
  assert.match(out, /\nfailed:\n {2}test\/fixtures\/runner\/fails\.ts: lists › are equal\n/);
});

command('restores the default signal handling, whatever its parent ignored', async () => {
  const argv = [process.execPath, '--import', 'tsx', 'test/run.ts', ...fixture('sees-signals')];
  const { code, out } = await execute('sh', ['-c', `trap '' HUP INT QUIT; exec "$@"`, 'sh', ...argv]);

  assert.is(code, 0, out);
});

command('exits 0 if all tests passed or were skipped with a reason', async () => {
  const { code, out } = await runner([...fixture('passes'), ...fixture('skips')]);

  assert.is(code, 0);
  assert.match(out, /skip {2}machine › has a tape drive: no tape drive here\n/);
  assert.match(out, /\n3 passed, 0 failed, 3 skipped\n$/);
});

command('counts skipped tests on CI as failed', async () => {
  const { code, out } = await runner(fixture('skips'), 'true');

  assert.is(code, 1);
  assert.match(out, /FAIL {2}machine › has a tape drive\n.*CI does not allow: no tape drive here/);
  assert.match(out, /\n1 passed, 4 failed, 0 skipped\n$/);
});

command('runs only the selected tests', async () => {
  const { code, out } = await runner([...fixture('fails'), '--only', 'lists › runs']);

  assert.is(code, 0);
  assert.match(out, /\n1 passed, 0 failed, 0 skipped\n$/);
});

command('fails if no test ran', async () => {
  const { code, out } = await runner([...fixture('passes'), '--only', 'no such name']);

  assert.is(code, 1);
  assert.match(out, /nothing ran.*\n0 passed, 0 failed, 0 skipped\n$/);
});

for (const args of [['unti'], ['unit', '--onyl', 'x']]) {
  command(`refuses to start with the arguments "${args.join(' ')}"`, async () => {
    const { code, out, err } = await runner(args);

    assert.is(code, 2);
    assert.is(out, '');
    assert.match(err, /usage: tsx test\/run\.ts/);
  });
}

command.run();
