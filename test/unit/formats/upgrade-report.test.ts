import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseUpgradeReport, printUpgradeReport } from '../../../lib/formats/upgrade-report.ts';
import type { UpgradeReport } from '../../../lib/model/upgrade.ts';

const test = suite('reports of upgrades');

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

test('what was printed is read, by the copy that it is about and no other', () => {
  assert.equal(parseUpgradeReport(printUpgradeReport(report), 'a'), report);
  assert.is(parseUpgradeReport(printUpgradeReport(report), 'b'), undefined);
});

test('what is none is none, and findings that nobody knows here are left out', () => {
  for (const text of ['', '{', 'null', '[]', '{"version":1,"uuid":"a"}', '{"version":2,"uuid":"a"}']) {
    assert.is(parseUpgradeReport(text, 'a'), undefined, text);
  }
  const newer = printUpgradeReport(report).replace('"kind": "command"', '"kind": "toString"');
  assert.equal(parseUpgradeReport(newer, 'a')?.findings, []);
});

test.run();
