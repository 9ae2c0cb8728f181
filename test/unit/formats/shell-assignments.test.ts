import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Assignments, isAssignmentFault, parseAssignments } from '../../../lib/formats/shell-assignments.ts';
import { tool } from '../../support/guest/tool.ts';
import { needTool } from '../../support/need-tool.ts';

/** Texts that set A, and often B, in a shell that sources them. */
const texts = [
  'A=',
  'A=quiet',
  'A=quiet\nA=rhgb\n',
  '  A=indented',
  '\tA=tab',
  'export A=exported',
  'A=\'single $B `x` \\ "q"\'',
  'A="double \'q\' \\" \\$B \\\\ \\` \\n"',
  'A="mixed"\'quotes\'bare',
  'A=a\\ b',
  'A=a\\"b\\\'c\\$d',
  'A="two\nlines"\nB=after',
  "A='B=inside\nB=of a quote'\n",
  'A="con\\\ntinued"',
  'A=con\\\ntinued\nB=2',
  'A=#word',
  'A=a#b',
  'A=a #comment',
  'A=a; #comment',
  '# A=comment\nB=1',
  '#A="unclosed\nB=1',
  'B=one\nA=$B',
  'B=one\nA="${B}two $B"',
  "B=one\nA='$B'",
  'A="$UNSET_NAME|"',
  'A="$"',
  'A=$',
  'A="a $ b"',
  'A="100%"',
  'A=""',
  "A=''",
  'A="tab\there"',
  'A=ünïcode',
  'A=no\u00a0break',
  'A=wide\u3000space\nB=2',
  'A="cryptdevice=UUID=1:root root=/dev/mapper/root"',
  'A="dyndbg=\\"file drivers/usb/* +p\\""',
  'A="$B"\'$B\'$B\nB=late',
  'A=x\nB="$A $A"',
  'if true; then\n  A=inner\nfi',
  'A=--options=1,2\\;3',
  'A="a\\\\"',
  'A="!"',
  'A=a]b[c{d}e',
  "A='it'\\''s'",
  'A=$B$B\nB=1',
];

async function source(shell: string, text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-shell-'));
  try {
    const file = join(directory, 'file');
    await writeFile(file, text);
    return await tool(shell, ['-c', '. "$1"; printf "%s|%s" "$A" "$B"; wait', shell, file]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function read(text: string): Assignments {
  const values = parseAssignments(text);
  if (isAssignmentFault(values)) throw new Error(`line ${values.line}: ${values.why}`);
  return values;
}

const test = suite('parseAssignments');

for (const shell of ['dash', 'bash']) {
  test(`reads the same values as ${shell}, which sources the file`, async () => {
    needTool(shell);
    const wrong: unknown[] = [];
    for (const text of texts) {
      const values = read(text);
      const ours = `${values.get('A') ?? ''}|${values.get('B') ?? ''}`;
      const theirs = await source(shell, text);
      if (ours !== theirs) wrong.push({ text, ours, theirs });
    }
    assert.equal(wrong, []);
  });
}

test('reports a computed value as unknown, and all values that use it', () => {
  const unknown = ['$(uname -r)', '`uname -r`', '"a $(b) c"', '${B:-c}', '"$$"', '$1', '"$?"', '$#', '"$@"', 'a$!'];
  for (const value of unknown) {
    const values = read(`A=${value}\nC="x$A"\nD=known\n`);
    assert.equal([values.has('A'), values.get('A')], [true, undefined], value);
    assert.is(values.get('C'), undefined, value);
    assert.is(values.get('D'), 'known', value);
  }
});

test('reads the lines after a command substitution of a distribution', () => {
  const lines = [
    'A="$(sed \'s, release .*$,,g\' /etc/system-release)"',
    'A=`lsb_release -i -s 2> /dev/null || echo Debian`',
    'A=`( . /etc/os-release; echo ${NAME:-Debian} ) 2>/dev/null || echo Debian`',
  ];
  for (const line of lines) {
    const values = read(`${line}\nB="known"\n`);
    assert.equal([values.get('A'), values.get('B')], [undefined, 'known'], line);
  }
});

test('uses the variables of an earlier file', () => {
  const values = parseAssignments('A="$A b"', new Map([['A', 'a']]));

  assert.not(isAssignmentFault(values));
  assert.is((values as Assignments).get('A'), 'a b');
});

test('reports an unclosed quote at the line where it opens', () => {
  for (const text of ['A=1\n\nB="open\nC=2\n', "A=1\n\nB='open\n", 'A=1\n\nB="open\\"\n']) {
    const fault = parseAssignments(text);
    assert.ok(isAssignmentFault(fault), text);
    assert.is(isAssignmentFault(fault) && fault.line, 3);
  }
});

test('accepts names such as constructor and __proto__', () => {
  assert.equal(
    [...read('constructor=1\n__proto__=2\n')],
    [
      ['constructor', '1'],
      ['__proto__', '2'],
    ],
  );
});

test.run();
