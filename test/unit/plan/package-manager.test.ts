import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isProblem } from '../../../lib/model/problem.ts';
import type { PackageManager } from '../../../lib/model/upgrade.ts';
import { hasSucceeded, planPackageRun, readPackageCommand } from '../../../lib/plan/package-manager.ts';

const test = suite('package managers');

function run(words: readonly string[], ...managers: readonly PackageManager[]): readonly string[] {
  const facts = { managers, database: '/var/lib/rpm' };
  const plan = planPackageRun('a', readPackageCommand(words), undefined, facts);
  if (isProblem(plan)) return [plan.code];
  return plan.command.filter((word) => !word.includes('cachedir') && !word.includes('keepcache'));
}

test('are chosen by name, or else the newest; “dnf” is any installed version', () => {
  assert.equal(run([], 'zypper', 'dnf4', 'dnf5'), ['dnf5', '--assumeyes', 'upgrade']);
  assert.equal(run(['dnf', 'install', 'x'], 'dnf4'), ['dnf-3', '--assumeyes', 'install', 'x']);
  assert.equal(run(['dnf-3'], 'dnf4', 'dnf5'), ['dnf-3', '--assumeyes', 'upgrade']);
  assert.equal(run(['install', 'x'], 'dnf5'), ['dnf5', '--assumeyes', 'install', 'x']);
  assert.is(run([], 'zypper')[0], 'zypper');
  assert.is(run([], 'zypper').at(-1), 'update');
});

test('are refused if none is supported or the named one is not installed', () => {
  assert.equal(run([]), ['no-package-manager']);
  assert.equal(run(['zypper', 'dup'], 'dnf5'), ['no-package-manager']);
});

test('report success with exit status 0, only zypper also with others', () => {
  assert.equal(
    [0, 102, 103, 106, 107, 4].map((status) => hasSucceeded(['zypper', 'dup'], status)),
    [...[true, true, true, true], ...[false, false]],
  );
  assert.not(hasSucceeded(['dnf5', 'upgrade'], 102));
});

test.run();
