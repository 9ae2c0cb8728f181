import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseProcessWords, parseStartTime } from '../../../lib/formats/process-words.ts';

const test = suite('argv of a process');

for (const [words, expected] of [
  [['/usr/bin/dnf5', 'upgrade', '-y'], 'dnf5 upgrade -y'],
  [['/usr/bin/python3', '/usr/bin/dnf-3', 'install', 'x'], 'dnf-3 install x'],
  [['/usr/libexec/platform-python', '-s', '/bin/dnf', 'remove', 'x'], 'dnf remove x'],
  [['zypper', 'in', 'a b'], 'zypper in a b'],
  [['dnf', '\u001b[31m', 'x\ny'], 'dnf ?[31m x?y'],
  [[], ''],
] as const) {
  test(`${JSON.stringify(words)} is printed as ${JSON.stringify(expected)}`, () => {
    assert.is(parseProcessWords(words.map((word) => `${word}\0`).join('')), expected);
  });
}

test('is truncated if it is long', () => {
  assert.is(parseProcessWords(`dnf\0${'x'.repeat(500)}\0`).length, 150);
});

test('the start time is field 22 of proc_pid_stat(5), whatever the program name', () => {
  const fields = Array.from({ length: 49 }, (_, index) => String(index + 4));
  assert.is(parseStartTime(`7 (a) b (c)) S ${fields.join(' ')}\n`), '22');
  assert.match(parseStartTime(readFileSync('/proc/self/stat', 'utf8')) ?? '', /^[0-9]+$/);
});

test.run();
