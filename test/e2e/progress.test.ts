import { truncate } from 'node:fs/promises';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
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

test('prints the stages and steps of export and import', () =>
  withStreamScene(async ({ from, to, file }) => {
    const ended = [
      await exportTo(file, from, 'fedora', '--progress', 'json'),
      await importFrom(file, to, 'copy', '--progress', 'json'),
    ];

    const [sent = [], received = []] = ended.map(({ stderr }) => linesOf(stderr));
    const passed = (names: readonly string[]) => names.flatMap((stage) => [`${stage} begin`, `${stage} done`]);
    assert.equal(stagesOf(sent), passed(['copy', 'send']));
    assert.equal(stagesOf(received), passed(['receive', 'check', 'publish']));
    const steps = (lines: readonly Line[], name: string): readonly unknown[] => {
      const [begin, end] = ['begin', 'done'].map((state) => `${name} ${state}`);
      const at = (text?: string): number => lines.findIndex(({ stage, state }) => `${stage} ${state}` === text);
      return lines.slice(at(begin), at(end)).map(({ step }) => step);
    };
    assert.ok(steps(sent, 'copy').includes('clone-subvolume'));
    assert.ok(steps(received, 'publish').includes('set-mark'));
  }));

test('prints the stage of import that failed', () =>
  withStreamScene(async ({ from, to, file }) => {
    await exportTo(file, from, 'fedora');
    await truncate(file, 5000);
    const short = await importFrom(file, to, 'copy', '--progress', 'json');
    assert.equal(stagesOf(linesOf(short.stderr)), ['receive begin', 'receive failed']);
    const stream = await tool('sh', [
      '-c',
      `btrfs --quiet subvolume create ${from.top}/x && btrfs property set ${from.top}/x ro true && btrfs --quiet send -f ${file} ${from.top}/x`,
    ]);
    assert.is(stream, '');
    const foreign = await importFrom(file, to, 'copy', '--progress', 'json');
    assert.equal(stagesOf(linesOf(foreign.stderr)).slice(-2), ['check begin', 'check failed']);
  }));

test('is sentences at a terminal, and nothing in a pipe', () =>
  withStreamScene(async ({ from, file }) => {
    const line = `'${process.execPath}' '${programPath}' export fedora --filesystem '${from.top}'`;
    const { stdout } = await execa('script', ['-qec', `${line} >'${file}'`, '/dev/null']);
    assert.match(stdout.replaceAll('\r', ''), /^be-hook: copying “fedora”\nbe-hook: sending the copy of “fedora”\n/);
    const { stderr } = await exportTo(file, from, 'fedora');
    assert.not.match(stderr, /^be-hook: /m);
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
