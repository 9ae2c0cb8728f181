import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Invocation } from '../../../lib/cli/command.ts';
import { showsColours } from '../../../lib/cli/output/colour.ts';
import { printTable } from '../../../lib/cli/output/table.ts';
import { printTime } from '../../../lib/cli/output/time.ts';
import { answerPlan } from '../../../lib/cli/perform.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { tool } from '../../support/guest/tool.ts';

const test = suite('output');

test('columns are as wide as their widest cell, and no line ends with a space', () => {
  assert.is(
    printTable([
      ['a', 'bb', 'c'],
      ['ääää', '', 'x'],
      ['', 'b', ''],
    ]),
    'a     bb  c\nääää      x\n      b\n',
  );
  assert.is(printTable([]), '');
});

test('a style changes neither the width of a column nor another cell', () => {
  const rows = [
    ['a', 'failed', 'c'],
    ['b', 'ok', 'd'],
  ];
  const styled = printTable(rows, (row, column) => (row === 0 && column === 1 ? 'red' : undefined));
  assert.is(styled, 'a  \u001b[31mfailed\u001b[0m  c\nb  ok      d\n');
});

test('uses colours only on a terminal that supports them, without NO_COLOR', () => {
  assert.ok(showsColours({ isTTY: true }, {}));
  assert.ok(showsColours({ isTTY: true }, { NO_COLOR: '', TERM: 'xterm' }));
  assert.not.ok(showsColours({ isTTY: true }, { NO_COLOR: '0' }));
  assert.not.ok(showsColours({ isTTY: true }, { TERM: 'dumb' }));
  assert.not.ok(showsColours({}, {}));
});

test('prints a time in local time, as date prints it', async () => {
  for (const seconds of [0, 1_700_000_000, 1_719_800_000, 4_102_444_800]) {
    const expected = await tool('date', ['-d', `@${seconds}`, '+%Y-%m-%d %H:%M'], {
      env: process.env['TZ'] === undefined ? {} : { TZ: process.env['TZ'] },
    });
    assert.is(printTime(seconds), expected);
  }
});

test.run();

const plan: Plan = {
  steps: [{ kind: 'remove-file', on: 'root', path: '@a/x\u001b[31m', reason: 'because' }],
  warnings: [{ code: 'no-kernels', name: 'a' }],
  unresolved: [{ code: 'layout-unsupported', name: 'b', layout: { kind: 'unknown', found: 'x' } }],
};
const invoked = (...flags: readonly string[]): Invocation => ({
  arguments: [],
  options: new Map(),
  argv: [],
  flags: new Set(flags),
});

const answers = suite('the result of a command that makes a plan');

answers('a dry run prints a numbered sentence for each step, without escape sequences', () => {
  assert.is(answerPlan(plan, invoked('dry-run')).stdout, '1. remove /@a/x?[31m (because)\n');
});

answers('a real run prints only warnings and errors', () => {
  const { stdout: data, messages: words, errors, exitCode: status } = answerPlan(plan, invoked());

  assert.equal([data, status], ['', 78]);
  assert.equal(
    [words, errors ?? []].map((lines) => lines.map((line) => line.startsWith('be-hook: warning: '))),
    [[true], [false]],
  );
});

answers('JSON contains the whole plan and the messages of its problems', () => {
  const { stdout: data, messages: words, exitCode: status } = answerPlan(plan, invoked('json', 'dry-run'));
  const parsed = JSON.parse(data) as Record<string, unknown>;

  assert.equal([parsed['version'], parsed['dryRun'], parsed['steps']], [1, true, plan.steps]);
  assert.equal(
    (parsed['unresolved'] as { code: string }[]).map(({ code }) => code),
    ['layout-unsupported'],
  );
  assert.equal([words, status], [[], 78]);
});

answers('a plan without unresolved problems is a success, even with warnings', () => {
  assert.is(answerPlan({ ...plan, unresolved: [] }, invoked()).exitCode, 0);
});

answers.run();
