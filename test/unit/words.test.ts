import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkedFiles, findBanned } from '../support/banned-words.ts';

const test = suite('plain technical English');

for (const sentence of [
  'Nobody can delete it.',
  'a user whom somebody trusts',
  'The copy waits for whoever comes later.',
  'a mount of ours',
  'A copy without a mark is none.',
  'The administrator is told.',
  'It is left alone, for it is mounted.',
  ' * It is left alone, for\n * there is no mark.',
]) {
  test(`finds the banned phrase in “${sentence.replace(/\n/g, '')}”`, () => {
    assert.is(findBanned('lib/a.ts', sentence).length, 1);
  });
}

test('accepts plain sentences and code in Markdown', () => {
  const plain = 'be-hook deletes the copy, for example after a failed upgrade. Another process uses it.';

  assert.equal(findBanned('lib/a.ts', plain), []);
  assert.equal(findBanned('a.md', 'Not `nobody`:\n```\nsomebody\n```\n'), []);
});

test('finds no banned phrase in the repository', () => {
  const found = checkedFiles().flatMap(({ path, text }) => findBanned(path, text).map((what) => `${path}: ${what}`));

  assert.equal(found, []);
});

test.run();
