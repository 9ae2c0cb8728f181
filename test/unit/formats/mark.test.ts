import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ignoredFields, parseMark, printMark, unknownFeatures } from '../../../lib/formats/mark.ts';
import { beName, uuidOf } from '../../support/builders.ts';

const mark = { version: 1, name: beName('fedora-44'), uuid: uuidOf(256), created: 1_700_000_000 } as const;

const test = suite('marks');

test('are read as they were printed', () => {
  assert.equal(parseMark(printMark(mark)), mark);
});

test('name the boot environment in fields that other programs can read', () => {
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
  text.replace('"version":1', '"version":"1"'),
  text.replace('fedora-44', 'a b'),
  text.replace('fedora-44', 'a\\u001b'),
  text.replace('"fedora-44"', '7'),
  text.replace('1700000000', '"1700000000"'),
  text.replace('1700000000', '1e400'),
  text.replace('1700000000', 'null'),
  text.replace(`"${uuidOf(256)}"`, 'null'),
]) {
  test(`are not read from ${JSON.stringify(bad)}`, () => {
    assert.is(parseMark(bad), undefined);
  });
}

test('keep unknown fields, also inside known fields', () => {
  const copies = [{ mountpoint: '/var', from: uuidOf(257), to: 'x', by: 'reflink' }];
  const more = { bootCount: { tries: 3 }, firstBoot: { copies, migration: 'due', since: 7 } };
  const read = parseMark(JSON.stringify({ ...mark, ...more }));
  assert.equal(JSON.parse(printMark(read ?? mark)), { ...mark, ...more });
  assert.equal(read?.more, { bootCount: { tries: 3 } });
});

test('list the subvolumes that rollbacks replaced, and keep an invalid list unread', () => {
  assert.equal(parseMark(JSON.stringify({ ...mark, former: ['x'] }))?.former, ['x']);
  for (const former of [[], [7], 'x', null]) {
    const read = parseMark(JSON.stringify({ ...mark, former }));
    assert.is(read?.former, undefined);
    assert.equal(JSON.parse(printMark(read ?? mark)), { ...mark, former });
  }
});

test('ignore and keep an unknown value', () => {
  const odd = { held: 'yes', state: 'trial', description: 7, automatic: null, firstBoot: { copies: 1 } };
  const read = parseMark(JSON.stringify({ ...mark, ...odd }));
  assert.equal([read?.held, read?.state, read?.description], [undefined, undefined, undefined]);
  assert.equal(ignoredFields(read ?? mark), Object.keys(odd));
  assert.equal(JSON.parse(printMark(read ?? mark)), { ...mark, ...odd });
  assert.match(printMark({ ...(read ?? mark), held: true }), /"held":true/);
});

test('list in “version” and “requires” the features that a reader must support', () => {
  const needs = (change: object): readonly string[] => {
    return unknownFeatures(parseMark(JSON.stringify({ ...mark, ...change })) ?? mark);
  };
  assert.equal(needs({}), []);
  assert.equal(needs({ requires: [] }), []);
  assert.equal(needs({ version: 2 }), ['version 2 of the format']);
  assert.equal(needs({ requires: ['trials'] }), ['trials']);
  assert.equal(needs({ requires: 'trials' }), ['trials']);
  assert.equal(needs({ requires: [{ x: 1 }] }), ['{"x":1}']);
});

test.run();
