import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FilesystemId } from '../../../lib/model/place.ts';
import type { Step } from '../../../lib/model/step.ts';
import { commit, inOrder, settle, withCommit } from '../../../lib/plan/ordering.ts';

const make = (path: string, on: FilesystemId = 'root'): Step => ({ kind: 'make-directory', on, path, reason: 'test' });
const mark: Step = { kind: 'set-active', uuid: undefined, reason: 'test' };
const show = (steps: readonly Step[]): readonly string[] =>
  steps.map((step) => {
    if (step.kind === 'sync-filesystem') return `|${step.on}`;
    return step.kind === 'make-directory' ? step.path : step.kind;
  });

const test = suite('inOrder');

test('returns no steps without groups', () => {
  assert.equal(inOrder([]), []);
  assert.equal(inOrder([[], []], ['boot']), []);
});

test('ignores empty groups, and commits before, between and after the others', () => {
  const steps = inOrder([[], [make('a'), make('b')], [], [make('c')], []]);

  assert.equal(show(steps), ['|root', 'a', 'b', '|root', 'c', '|root']);
});

test('commits every file system that the menu names before the first group', () => {
  const steps = inOrder([[make('a')]], ['boot', 'root', 'esp', 'boot']);

  assert.equal(show(steps), ['|root', '|boot', '|esp', 'a', '|root']);
});

test('commits after each group the file systems that the group writes to', () => {
  const steps = inOrder([[make('a', 'boot'), make('b', 'esp'), make('c', 'boot')], [mark], [make('d', 'esp')]]);

  assert.equal(show(steps), ['|root', 'a', 'b', 'c', '|boot', '|esp', 'set-active', '|root', 'd', '|esp']);
});

test.run();

const records = suite('withCommit');

records('commits records unless a commit of the btrfs follows', () => {
  assert.equal(show(withCommit([mark], [make('a')])), ['|root', 'a']);
  assert.equal(show(withCommit([mark], [make('a'), commit])), ['a', '|root']);
  assert.equal(show(withCommit([], [make('a')])), ['a']);
});

records('does not take the commit of another file system for one', () => {
  assert.equal(show(withCommit([mark], [settle('test', 'esp')])), ['|root', '|esp']);
});

records.run();
