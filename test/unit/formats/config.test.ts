import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseConfig } from '../../../lib/formats/config.ts';
import { defaultConfig } from '../../../lib/model/config.ts';
import { BeHookError } from '../../../lib/model/problem.ts';

const test = suite('parseConfig');

test('a file that says nothing leaves the defaults', () => {
  for (const text of ['', '\n', '# max-entries = 3\n\n   # timeout = 1\n']) {
    assert.equal(parseConfig(text, 'x'), defaultConfig);
  }
});

test('each setting is read, and the last one counts', () => {
  const config = parseConfig(' max-entries=5 \ntimeout = -1\ndistribution-menu = leave\r\nmax-entries = 7\n', 'x');

  assert.equal(config, { maxEntries: 7, timeout: -1, refreshDistributionMenu: false });
});

for (const line of [
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
  test(`law 9: ${JSON.stringify(line)} is refused with its line`, () => {
    assert.throws(
      () => parseConfig(`timeout = 1\n${line}\n`, 'etc/be-hook/be-hook.conf'),
      (error: unknown) =>
        error instanceof BeHookError && error.problem.code === 'file-malformed' && error.problem.line === 2,
    );
  });
}

test.run();
