import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareText, compareVersions } from '../../../lib/model/version-order.ts';
import { tool } from '../../support/guest/tool.ts';
import { needTool } from '../../support/need-tool.ts';

const byHand = [
  '0',
  '00',
  '1',
  '01',
  '1.0',
  '1.0.0',
  '1.1',
  '1.10',
  '1.9',
  '1a',
  '1.a',
  'a',
  'A',
  'b',
  'a1',
  '1a1',
  '2_0',
  '2.0',
  '1.0~rc1',
  '1.0~rc10',
  '1.0~rc2',
  '1.0~',
  '1.0~~',
  '1.0^',
  '1.0^git1',
  '1.0^20',
  '1.0^20~1',
  '1.0~1^2',
  '~',
  '^',
  '~^',
  '^~',
  '1~',
  '1^',
  '1.^',
  '1.~',
  '...',
  '1...2',
  '1..',
  '.1',
  '6.17.1',
  '6.17.1.300.fc44.x86_64',
  '6.17.1.301.fc44.x86_64',
  '6.17.10',
  '6.17.0.0.rc3.31.fc44',
  '6.12.9+bpo.amd64',
  '6.12.57+deb13.amd64',
  '5.14.21.150500.55.7.default',
  '99999999999999999999999',
  '99999999999999999999998',
  '00000000000000000000000001',
  'x86_64',
  'é',
  '1é1',
  '1.1é',
];

/** Texts like versions, the same in every run: a linear congruential generator with the constants of glibc. */
function randomVersions(count: number): readonly string[] {
  const parts = ['0', '1', '2', '9', '10', '01', '100', 'a', 'b', 'rc', 'fc', '.', '.', '_', '+', '~', '^', '~~', '^^'];
  let seed = 20_231_123;
  const next = (limit: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >> 8) % limit;
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(7) }, () => parts[next(parts.length)]).join(''),
  );
}

/** The result of rpm: -1, 0 or 1. A dash would end the version, and a colon the epoch. */
async function askRpm(pairs: readonly (readonly [string, string])[]): Promise<readonly number[]> {
  // All pairs are too long for one macro. Decimal escapes are safe in a Lua string.
  const lua = (text: string): string =>
    `"${[...Buffer.from(text)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;
  const answers: number[] = [];
  for (let start = 0; start < pairs.length; start += 100) {
    const calls = pairs.slice(start, start + 100).map(([a, b]) => `print(rpm.vercmp(${lua(a)}, ${lua(b)}) .. " ")`);
    const text = await tool('rpm', ['--eval', `%{lua: ${calls.join('; ')}}`]);
    answers.push(...text.trim().split(/\s+/).map(Number));
  }
  assert.is(answers.length, pairs.length);
  return answers;
}

const test = suite('compareVersions');

test('agrees with rpm on every pair of hand-picked versions', async () => {
  needTool('rpm');
  const pairs = byHand.flatMap((a) => byHand.map((b) => [a, b] as const));

  const expected = await askRpm(pairs);

  const wrong = pairs.filter(([a, b], index) => Math.sign(compareVersions(a, b)) !== expected[index]);
  assert.equal(wrong, []);
});

test('agrees with rpm on thousands of random pairs', async () => {
  needTool('rpm');
  const versions = randomVersions(4000);
  const pairs = versions.slice(1).map((version, index) => [versions[index] ?? '', version] as const);

  const expected = await askRpm(pairs);

  const wrong = pairs.filter(([a, b], index) => Math.sign(compareVersions(a, b)) !== expected[index]);
  assert.equal(wrong, []);
  assert.ok(new Set(expected).size === 3, 'the random pairs must have all three answers');
});

test.run();

const text = suite('compareText');

text('orders by code unit, whatever the locale', () => {
  const words = ['b', 'B', 'a', 'ä', 'A', '', 'a1', 'a-'];

  assert.equal([...words].sort(compareText), ['', 'A', 'B', 'a', 'a-', 'a1', 'b', 'ä']);
});

text.run();
