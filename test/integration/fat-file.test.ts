import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { apply } from '../../lib/apply/apply.ts';
import { BeHookError } from '../../lib/model/problem.ts';
import type { Step } from '../../lib/model/step.ts';
import type { Session } from '../../lib/system/session.ts';

const test = suite('files on FAT');

let top = '';

test.before.each(async () => {
  top = await mkdtemp(join(tmpdir(), 'be-hook-fat-file-'));
  await mkdir(join(top, 'loader'));
  await writeFile(join(top, 'loader/old'), 'a'.repeat(512));
  await writeFile(join(top, 'loader/large'), 'a'.repeat(513));
});

test.after.each(() => rm(top, { recursive: true }));

const write = (name: string, text: string): Step => {
  return {
    kind: 'write-file',
    on: 'esp',
    path: `loader/${name}`,
    text,
    mode: 0o644,
    labelLike: undefined,
    reason: 'test',
  };
};

/** Carries out steps on a directory as if it were a FAT. Returns the problem, if there is one. */
async function carryOut(...steps: readonly Step[]): Promise<unknown> {
  const session: Partial<Session> = { opened: { esp: { top, type: 'vfat', source: '' } } };
  try {
    await apply(session as Session, { steps, warnings: [], unresolved: [] }, () => undefined);
    return undefined;
  } catch (error) {
    return error instanceof BeHookError ? error.problem : error;
  }
}

const read = (name: string): Promise<string> => readFile(join(top, 'loader', name), 'utf8');

/** Neither files with new content nor old ones remain. */
const names = async (): Promise<readonly string[]> => (await readdir(join(top, 'loader'))).sort();

test('get a new name, or a sector of the same length in place', async () => {
  const text = 'x'.repeat(100_000);

  assert.is(await carryOut(write('new', text), write('old', 'b'.repeat(512))), undefined);
  assert.equal([await read('new'), await read('old')], [text, 'b'.repeat(512)]);
  assert.equal(await names(), ['large', 'new', 'old']);
});

test('with two sectors are overwritten if only one of them changes', async () => {
  await writeFile(join(top, 'loader/two'), 'a'.repeat(1024));

  assert.is(await carryOut(write('two', `b${'a'.repeat(1023)}`)), undefined);
  assert.is(await read('two'), `b${'a'.repeat(1023)}`);
});

test('get a used name after the plan has removed the file', async () => {
  const remove: Step = { kind: 'remove-file', on: 'esp', path: 'loader/large', reason: 'test' };

  assert.is(await carryOut(remove, write('large', 'short')), undefined);
  assert.is(await read('large'), 'short');
  assert.equal(await names(), ['large', 'old']);
});

for (const [what, steps] of [
  ['another length', [write('old', 'short')]],
  ['more than a sector', [write('large', 'b'.repeat(513))]],
  ['two contents in one plan', [write('new', 'a'), write('new', 'b')]],
] as const) {
  test(`are not replaced by ${what}, and nothing changes`, async () => {
    const name = steps[0].kind === 'write-file' ? steps[0].path : '';

    assert.equal(await carryOut(write('before', 'x'), ...steps), {
      code: 'internal',
      text: `cannot replace ${name} on FAT: only a sector of the same length can be overwritten`,
    });
    assert.equal([await read('old'), await read('large')], ['a'.repeat(512), 'a'.repeat(513)]);
    assert.equal(await names(), ['large', 'old']);
  });
}

test('get their old content back if the default cannot be recorded', async () => {
  const fails: Step = { kind: 'remove-file', on: 'boot', path: 'x', reason: 'test' };
  const record: Step = { kind: 'set-active', uuid: undefined, reason: 'test' };

  const problem = await carryOut(write('new', 'x'), write('old', 'b'.repeat(512)), fails, record);
  assert.equal(problem, { code: 'internal', text: 'the file system “boot” is not open' });
  assert.is(await read('old'), 'a'.repeat(512));
  assert.equal(await names(), ['large', 'old']);
});

test.run();
