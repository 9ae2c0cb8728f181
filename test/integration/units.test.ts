import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needTool } from '../support/need-tool.ts';
import { projectFile } from '../support/rpm/project-file.ts';
import { run } from '../support/rpm/run.ts';

const test = suite('the systemd units');

const directory = fileURLToPath(new URL('../../packaging/systemd/', import.meta.url));
const units = readdirSync(directory).filter((name) => /\.(service|path)$/.test(name));

const analyze = async (...args: readonly string[]): Promise<{ status: number; said: string }> => {
  const { status, stdout, stderr } = await run('systemd-analyze', args);
  return { status, said: (stdout + stderr).trim() };
};

test.before(() => needTool('systemd-analyze'));

for (const unit of units) {
  test(`pass systemd-analyze verify: ${unit}`, async () => {
    const { status, said } = await analyze('verify', '--man=no', '--recursive-errors=no', directory + unit);
    assert.equal([status, said], [0, '']);
  });
}

/** The highest permitted exposure of systemd-analyze security, times ten. A service without any restriction has 96. */
const exposure: Readonly<Record<string, number>> = {
  'be-hook.service': 55,
  'be-hook-drift.service': 55,
  'be-hook-first-copy.service': 75,
  'be-hook-first-migration.service': 100,
};

for (const unit of units.filter((name) => name.endsWith('.service'))) {
  test(`are not more exposed than their job needs: ${unit}`, async () => {
    const limit = String(exposure[unit] ?? 0);
    const { status, said } = await analyze('security', '--offline=yes', `--threshold=${limit}`, directory + unit);
    assert.is(status, 0, said.split('\n').slice(-3).join('\n'));
  });
}

test('document each missing restriction; SECURITY.md names all units', () => {
  for (const unit of units) {
    assert.match(projectFile('SECURITY.md'), `| ${unit} |`);
    const text = projectFile(`packaging/systemd/${unit}`);
    if (unit.endsWith('.service'))
      assert.match(text, /^# (.* needs what these options would deny|No option that|No restrictions)/m, unit);
  }
});

test.run();
