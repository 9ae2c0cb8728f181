import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeTwoSystems } from '../support/inner-system.ts';
import { findMismatches } from '../support/json-schemas.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, listOf, programPath } from '../support/program.ts';
import { exportTo, importFrom, withStreamScene } from '../support/stream-scene.ts';

const test = suite('be-hook --progress json');

type Line = Readonly<Record<string, string | number | undefined>>;

/** The lines of progress, each compared with its schema. */
function linesOf(stderr: string): readonly Line[] {
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  const read = lines.map((line) => JSON.parse(line) as Line);
  assert.equal(
    read.flatMap((line) => findMismatches('progress', line)),
    [],
  );
  return read;
}

function stagesOf(lines: readonly Line[]): readonly string[] {
  return lines.flatMap(({ stage, state }) => (stage === undefined ? [] : [`${stage} ${state ?? ''}`]));
}

async function withSystems(body: (fs: LoopBtrfs) => Promise<void>): Promise<void> {
  await withBtrfs({ sizeMiB: 512 }, async (fs) => {
    await makeTwoSystems(fs);
    await body(fs);
  });
}

test('prints when each stage of a job begins and ends, with its seconds', () =>
  withSystems(async (fs) => {
    const words = ['--name', 'made', '--progress=json', '--json', '--filesystem', fs.top];
    const { stdout, stderr } = await beHook('run', ...words, 'sh', '-c', 'echo output; sleep 1');

    const lines = linesOf(stderr);
    const expected = ['copy', 'packages', 'judge', 'post-upgrade', 'publish'];
    assert.equal(
      stagesOf(lines),
      expected.flatMap((stage) => [`${stage} begin`, `${stage} done`]),
    );
    assert.is((JSON.parse(stdout) as { name: string }).name, 'made');
    assert.not.match(stderr, /^output$/m);
    const slept = lines.find(({ stage, state }) => stage === 'packages' && state === 'done');
    assert.ok(Number(slept?.['seconds']) >= 1);
  }));

test('prints the failed stage last', () =>
  withSystems(async (fs) => {
    const { status, stderr } = await beHook('run', '--progress', 'json', '--filesystem', fs.top, 'false');

    assert.is(status, 79);
    assert.is(stagesOf(linesOf(stderr)).at(-1), 'judge failed');
    assert.match(stderr, /^be-hook: the upgrade in “be1-2” failed/m);
  }));

test('prints each step of create, also with --quiet', () =>
  withSystems(async (fs) => {
    const words = ['--progress', 'json', '--json', '--quiet', '--filesystem', fs.top];
    const { stdout, stderr } = await beHook('create', 'made', ...words);

    const { steps } = JSON.parse(stdout) as { steps: readonly { kind: string }[] };
    assert.equal(
      linesOf(stderr).map(({ step }) => step),
      steps.map(({ kind }) => kind),
    );
  }));

test('prints the steps of export and import', () =>
  withStreamScene(async ({ from, to, file }) => {
    const ended = [
      await exportTo(file, from, 'fedora', '--progress', 'json'),
      await importFrom(file, to, 'copy', '--progress', 'json'),
    ];

    const steps = ended.map(({ stderr }) => linesOf(stderr).map(({ step }) => step));
    assert.ok(steps[0]?.includes('clone-subvolume'));
    assert.ok(steps[1]?.includes('set-mark'));
  }));

test('continues when its reader ends early', () =>
  withSystems(async (fs) => {
    const line = '"$@" create made --progress json --filesystem "$top" 2> >(head -c 1 >/dev/null)';
    const words = ['-c', line, 'bash', process.execPath, programPath];
    const { exitCode } = await execa('bash', words, { env: { top: fs.top }, reject: false });

    assert.is(exitCode, 0);
    assert.ok((await listOf(fs.top)).some(({ name }) => name === 'made'));
  }));

test('refuses any other form', async () => {
  const { status, stderr } = await beHook('create', 'made', '--progress', 'text');

  assert.is(status, 64);
  assert.match(stderr, /cannot print progress as “text”; use --progress json/);
});

test.run();
