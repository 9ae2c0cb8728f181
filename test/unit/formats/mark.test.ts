import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMark, printMark } from '../../../lib/formats/mark.ts';
import { beName, uuidOf } from '../../support/builders.ts';

const mark = { version: 1, name: beName('fedora-44'), uuid: uuidOf(256), created: 1_700_000_000 } as const;

const test = suite('marks');

test('a mark that was printed is read back', () => {
  assert.equal(parseMark(printMark(mark)), mark);
});

test('a mark names the boot environment in words that other programs read too', () => {
  assert.equal(JSON.parse(printMark(mark)), mark);
});

const text = printMark(mark);
for (const bad of [
  '',
  '\ufffd',
  'null',
  '[]',
  '1',
  text.slice(0, -1),
  `${text}x`,
  `${text}\0`,
  text.replace('"version":1', '"version":2'),
  text.replace('"version":1', '"version":"1"'),
  text.replace('fedora-44', 'a b'),
  text.replace('fedora-44', 'a\\u001b'),
  text.replace('"fedora-44"', '7'),
  text.replace('1700000000', '"1700000000"'),
  text.replace('1700000000', '1e400'),
  text.replace('1700000000', 'null'),
  text.replace(`"${uuidOf(256)}"`, 'null'),
  text.replace('}', ',"more":1}'),
]) {
  test(`law 9: ${JSON.stringify(bad)} is no mark of this version`, () => {
    assert.is(parseMark(bad), undefined);
  });
}

test.run();
