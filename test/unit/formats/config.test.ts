import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseConfig } from '../../../lib/formats/config.ts';
import { defaultConfig } from '../../../lib/model/config.ts';

const test = suite('parseConfig');

test('returns the defaults for a file without settings', () => {
  for (const text of ['', '\n', '# max-entries = 3\n\n   # timeout = 1\n']) {
    assert.equal(parseConfig(text, 'x').config, defaultConfig);
  }
});

test('reads each setting, and uses the last one of a name', () => {
  const config = parseConfig(
    ' max-entries=5 \ntimeout = -1\ndistribution-menu = leave\r\nmax-entries = 7\n',
    'x',
  ).config;

  assert.equal(config, { ...defaultConfig, maxEntries: 7, timeout: -1, refreshDistributionMenu: false });
});

test('reads each retention limit without changing the others', () => {
  const text = 'keep-automatic = 3\nkeep-failed = 0\nkeep-days=30\nkeep-free = 15%\npackage-transactions = refuse\n';
  assert.equal(parseConfig(text, 'x').config, {
    ...defaultConfig,
    retention: { automatic: 3, failed: 0, days: 30, free: 15 },
    packageTransactions: 'refuse',
  });
  assert.equal(parseConfig('keep-days = 7\n', 'x').config.retention, { ...defaultConfig.retention, days: 7 });
});

test('accepts four values of package-transactions, and one former name', () => {
  for (const value of ['warn', 'require', 'refuse', 'ignore'] as const)
    assert.is(parseConfig(`package-transactions = ${value}`, 'x').config.packageTransactions, value);
  assert.is(parseConfig('package-transactions = restore-point', 'x').config.packageTransactions, 'require');
  assert.is(defaultConfig.packageTransactions, 'warn');
});

for (const line of [
  'keep-automatic = 0',
  'keep-automatic = all',
  'keep-failed = -1',
  'keep-days = 0',
  'keep-days = 1w',
  'keep-free = 10',
  'keep-free = 100%',
  'keep-free = 0%',
  'package-transactions = yes',
  'package-transactions = constructor',
  'max-entries = 0',
  'max-entries = 1000',
  'max-entries = -1',
  'max-entries = 5.5',
  'max-entries =',
  'max-entries',
  'timeout = soon',
  'timeout = -2',
  'distribution-menu = yes',
  'MAX-ENTRIES = 5',
  'constructor = 5',
  'max_entries = 5',
  '[section]',
]) {
  test(`keeps the default and warns about the line ${JSON.stringify(line)}`, () => {
    const { config, problems } = parseConfig(`timeout = 1\n${line}\n`, 'etc/be-hook/be-hook.conf');
    const [problem] = problems;
    assert.ok(problems.length === 1 && problem?.code === 'setting-ignored' && problem.line === 2);
    const retentionKnown = !line.startsWith('keep-');
    assert.equal(config, { ...defaultConfig, timeout: 1, retentionKnown });
  });
}

test.run();
