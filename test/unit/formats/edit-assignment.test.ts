import { execFileSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { editAssignment, escapeWord } from '../../../lib/formats/edit-assignment.ts';

const test = suite('editAssignment');

const add =
  (word: string) =>
  (value: string, quoting: 'single' | 'double'): string =>
    `${value} ${escapeWord(word, quoting)}`.trim();

/** The value of A in a real shell. */
function inShell(text: string): string {
  return execFileSync('sh', ['-euc', `x='$HOME'\n${text}\nprintf %s "$A"`], { encoding: 'utf8' });
}

for (const text of ['A="b c"\n', "A='b c'\n", 'B=1\nA=b # note\nC=2\n', 'export A="b"', 'B=1\n', '', 'A=x\nA="b"\n']) {
  test(`adds a word that the shell reads unchanged, to ${JSON.stringify(text)}`, () => {
    for (const word of ['quiet', 'a=$(touch /tmp/x)', '`id`', 'c="d e"', "it's", 'b\\c']) {
      const edited = editAssignment(text, 'A', add(word));
      assert.is(inShell(edited), `${text === '' || text === 'B=1\n' ? '' : inShell(text)} ${word}`.trim(), edited);
    }
  });
}

test('keeps existing variables and escapes', () => {
  assert.is(editAssignment('A="$x \\$tuned_params"\n', 'A', add('q')), 'A="$x \\$tuned_params q"\n');
});

test('does not change a correct value, nor a value over several lines', () => {
  for (const text of ['A="b"\n', 'A="b\nc"\n']) {
    assert.is(
      editAssignment(text, 'A', (value) => value),
      text,
    );
    if (text.includes('c')) assert.is(editAssignment(text, 'A', add('q')), text);
  }
});

test.run();
