import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { apply } from '../../../lib/apply/apply.ts';
import { describeStep } from '../../../lib/apply/describe.ts';
import { BeHookError } from '../../../lib/model/problem.ts';
import type { Step } from '../../../lib/model/step.ts';
import type { Session } from '../../../lib/system/session.ts';

/** A session whose every property throws. */
const untouched = new Proxy({} as Session, {
  get: (_target, property) => {
    throw new Error(`the session's ${String(property)} was used`);
  },
});

const reason = 'a test';
const write: Step = {
  kind: 'write-file',
  on: 'root',
  path: '@a/etc/fstab',
  text: '',
  mode: 0o644,
  labelLike: undefined,
  reason,
};
const copies: readonly Step[] = [
  { kind: 'clone-subvolume', from: '@a', to: 'be-hook/b/root', reason },
  { kind: 'replace-placeholder', path: 'be-hook/b/root/home', like: '@a/home', reason },
  { kind: 'copy-tree', from: 'be-hook/b/root/etc', to: 'be-hook/b/root/usr/etc', reason },
];

async function refusalOf(
  steps: readonly Step[],
  session = untouched,
): Promise<{ readonly refusal: unknown; readonly begun: number }> {
  let begun = 0;
  const count = (): void => {
    begun += 1;
  };
  try {
    await apply(session, { steps, warnings: [], unresolved: [] }, count);
    return { refusal: undefined, begun };
  } catch (error) {
    return { refusal: error instanceof BeHookError ? error.problem : error, begun };
  }
}

const test = suite('apply');

for (const copy of copies) {
  test(`refuses a plan that writes a file before ${copy.kind}`, async () => {
    const { refusal, begun } = await refusalOf([write, copy]);

    assert.equal(refusal, {
      code: 'internal',
      text: `the plan writes a file before its last copy: ${describeStep(write)}`,
    });
    assert.is(begun, 0);
  });
}

test('refuses it also for a file in a part that may fail alone', async () => {
  const { refusal } = await refusalOf([{ ...write, part: { of: 'menu', path: write.path } }, ...copies]);

  assert.is((refusal as { code?: string }).code, 'internal');
});

for (const kind of ['write-file', 'make-directory'] as const) {
  test(`does nothing if the plan has a ${kind} on a file system that is not open`, async () => {
    const session = {
      ...untouched,
      opened: { root: { top: '/nowhere', type: 'btrfs', source: '/dev/none' } } as const,
    };
    const { refusal, begun } = await refusalOf([{ ...write, kind, on: 'boot' }], session);

    assert.equal(refusal, { code: 'internal', text: 'the file system “boot” is not open' });
    assert.is(begun, 0);
  });
}

test.run();
