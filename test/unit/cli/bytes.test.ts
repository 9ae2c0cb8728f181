import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printBytes } from '../../../lib/cli/output/bytes.ts';

const test = suite('numbers of bytes');

// The examples of illumos' beadm(8): its `nicenum` prints each number in five characters.
const asBeadm: Readonly<Record<number, string>> = {
  55_296: '54.0K',
  339_968: '332K',
  16_541_696: '15.8M',
  7_786_206_208: '7.25G',
  0: '0',
  1: '1',
  1023: '1023',
  1024: '1.00K',
  10_240: '10.0K',
  102_400: '100K',
  1_048_575: '1024K',
  1_048_576: '1.00M',
  1_152_921_504_606_846_976: '1.00E',
};

test('are printed as beadm prints them', () => {
  for (const [bytes, text] of Object.entries(asBeadm)) assert.is(printBytes(Number(bytes)), text, bytes);
});

test('are printed as bectl prints them: no decimals for a multiple of the unit', () => {
  const pairs = {
    0: '0',
    1023: '1023',
    1024: '1K',
    36_864: '36K',
    37_000: '36.1K',
    1_048_576: '1M',
    1_500_000: '1.43M',
  };
  for (const [bytes, text] of Object.entries(pairs)) assert.is(printBytes(Number(bytes), { whole: true }), text, bytes);
});

test('have at most five characters', () => {
  for (let bytes = 1; bytes < 2 ** 53; bytes = Math.ceil(bytes * 1.37)) {
    assert.ok(printBytes(bytes).length <= 5, String(bytes));
    assert.ok(printBytes(bytes, { whole: true }).length <= 5, String(bytes));
  }
});

test.run();
