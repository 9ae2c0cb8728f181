import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk, listOf } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';

interface Preview {
  readonly name: string;
  readonly steps: readonly { readonly kind: string }[];
  readonly stages: readonly { readonly stage: string; readonly message: string }[];
}

async function withAlpha(body: (fs: LoopBtrfs) => Promise<void>): Promise<void> {
  await withBtrfs({ sizeMiB: 256 }, async (fs) => {
    await makeRoot(fs, 'alpha', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', 'alpha', '--filesystem', fs.top);
    await body(fs);
  });
}

const inCopy = ['copy', 'packages', 'judge', 'post-upgrade', 'publish'];

const test = suite('a dry run of an upgrade');

test('lists the same stages as text and as JSON', () =>
  withAlpha(async (fs) => {
    for (const [command, argv, expected] of [
      ['upgrade', [], ['download', ...inCopy]],
      ['run', ['--', 'touch', '/made'], inCopy],
    ] as const) {
      const words = [command, '--dry-run', '--filesystem', fs.top];
      const { stages, steps } = JSON.parse(await beHookOk(...words, '--json', ...argv)) as Preview;
      const text = await beHookOk(...words, ...argv);

      assert.equal(
        stages.map(({ stage }) => stage),
        expected,
      );
      const lines = text.split('\n').slice(0, -1);
      assert.equal(
        lines.filter((line) => !line.startsWith('   - ')),
        stages.map(({ message }, index) => `${index + 1}. ${message}`),
      );
      assert.is((steps[0] as { kind: string } | undefined)?.kind, 'take-lock');
      assert.is(lines.filter((line) => line.startsWith('   - ')).length, steps.length - 1);
    }
    assert.equal(
      (await listOf(fs.top)).map(({ name }) => name),
      ['alpha'],
    );
  }));

test('prints the command and the name of the copy', () =>
  withAlpha(async (fs) => {
    const text = await beHookOk('run', '--dry-run', '--filesystem', fs.top, '--name', 'next', '--', 'touch', '/made');

    assert.match(text, '1. copy “alpha” as “next”');
    assert.match(text, '2. run in “next”, isolated from the host: touch /made');
    assert.match(text, '5. let the boot menu offer “next”, and boot it next');
  }));

test.run();
