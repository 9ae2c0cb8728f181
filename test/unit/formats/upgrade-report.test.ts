import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { judgeUpgradeReport, parseUpgradeReport, printUpgradeReport } from '../../../lib/formats/upgrade-report.ts';
import type { UpgradeReport } from '../../../lib/model/upgrade.ts';

const test = suite('upgrade reports');

const report: UpgradeReport = {
  version: 1,
  uuid: 'a',
  source: 'be1',
  command: ['dnf5', 'upgrade'],
  began: 1,
  ended: 2,
  stage: 'packages',
  findings: [{ kind: 'command', status: 1 }],
  packages: { added: [], removed: [], changed: [] },
};

test('are read as they were printed, for the copy that they describe and no other', () => {
  assert.equal(parseUpgradeReport(printUpgradeReport(report), 'a'), report);
  assert.is(parseUpgradeReport(printUpgradeReport(report), 'b'), undefined);
});

test('are rejected in another format, and contain no unknown findings', () => {
  for (const text of ['', '{', 'null', '[]', '{"version":1,"uuid":"a"}', '{"version":2,"uuid":"a"}']) {
    assert.is(parseUpgradeReport(text, 'a'), undefined, text);
  }
  const newer = printUpgradeReport(report).replace('"kind": "command"', '"kind": "toString"');
  assert.equal(parseUpgradeReport(newer, 'a')?.findings, []);
});

test('keep fields of a later version', () => {
  const read = parseUpgradeReport(JSON.stringify({ ...report, requires: [], boots: 3 }), 'a');
  assert.equal(read, { ...report, requires: [], boots: 3 });
  assert.equal(JSON.parse(printUpgradeReport(read ?? report)), { ...report, requires: [], boots: 3 });
});

test('keep fields of a later version in findings and packages', () => {
  const later = {
    ...report,
    findings: [{ kind: 'command', status: 1, unit: 'x' }],
    packages: {
      added: [{ name: 'a', version: '1-1', arch: 'noarch', vendor: 'x' }],
      removed: [],
      changed: [{ name: 'b', arch: 'noarch', from: '1-1', to: '2-1', advisory: 'x' }],
      held: 3,
    },
  };
  assert.equal(parseUpgradeReport(JSON.stringify(later), 'a'), later);
});

test('name the architecture “(none)”, because an earlier be-hook requires a text there', () => {
  const none = { name: 'key', arch: undefined };
  const packages = {
    added: [{ ...none, version: '1-1' }],
    removed: [{ name: 'a', version: '1-1', arch: 'noarch' }],
    changed: [{ ...none, from: '1-1', to: '2-1' }],
  };
  const text = printUpgradeReport({ ...report, packages });
  const stored = JSON.parse(text) as { packages: Record<string, readonly { arch: string }[]> };
  const lists = ['added', 'removed', 'changed'].map((list) => stored.packages[list]?.map(({ arch }) => arch));
  assert.equal(lists, [['(none)'], ['noarch'], ['(none)']]);
  assert.equal(parseUpgradeReport(text, 'a'), { ...report, packages });
});

test('are refused for a higher version or an unknown feature, which is named', () => {
  const newer = (more: object): unknown => judgeUpgradeReport(JSON.stringify({ ...report, ...more }), 'a');
  assert.equal(newer({ version: 2, findings: 'another kind' }), { unknown: ['version 2 of the format'] });
  assert.equal(newer({ requires: ['stages'] }), { unknown: ['stages'] });
  assert.is(parseUpgradeReport(JSON.stringify({ ...report, requires: ['stages'] }), 'a'), undefined);
  for (const version of [0, 1.5, '1', null]) assert.is(newer({ version }), 'damaged');
});

test('are rejected if a value has the wrong type', () => {
  const damage: readonly object[] = [
    { uuid: 7 },
    { source: undefined },
    { source: {} },
    { command: 'dnf' },
    { command: [1] },
    { began: '1' },
    { began: -1 },
    { began: 1e300 },
    { ended: 'x' },
    { ended: null },
    { stage: 'toString' },
    { stage: 3 },
    { findings: {} },
    { findings: [null] },
    { findings: ['x'] },
    { findings: [{ kind: 3 }] },
    { findings: [{ kind: 'duplicate', name: 'x' }] },
    { findings: [{ kind: 'command', status: 'x' }] },
    { findings: [{ kind: 'hidden', path: {} }] },
    { packages: null },
    { packages: [] },
    { packages: { added: [null], removed: [], changed: [] } },
    { packages: { added: [], removed: [{ name: 1 }], changed: [] } },
    { packages: { added: [], removed: [], changed: [{ name: 'a', arch: 'b', from: 'c' }] } },
  ];
  for (const change of damage) {
    const text = JSON.stringify({ ...report, ...change });
    assert.is(judgeUpgradeReport(text, 'a'), 'damaged', text);
  }
  const text = printUpgradeReport(report);
  for (let length = 0; length < text.trimEnd().length; length += 7) {
    assert.is(judgeUpgradeReport(text.slice(0, length), 'a'), 'damaged');
  }
  assert.is(judgeUpgradeReport(text, 'b'), 'other');
});

test.run();
