import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArgs } from '../../../lib/cli/args.ts';
import type { Command, Invocation } from '../../../lib/cli/command.ts';
import { BeHookError } from '../../../lib/model/problem.ts';

const command: Command = {
  name: 'adopt',
  group: 'setup',
  summary: 'test',
  examples: [],
  arguments: [
    { name: 'FIRST', mayBeEmpty: true },
    { name: 'SECOND', optional: true, mayBeEmpty: true },
  ],
  options: [
    { name: 'name', value: 'NAME', summary: 'a value' },
    { name: 'filesystem', value: 'DIR', summary: 'another' },
    { name: 'json', summary: 'a switch' },
    { name: 'dry-run', summary: 'a switch' },
  ],
};

const read = (...argv: readonly string[]): Invocation => parseArgs(command, argv);
const refused = (argv: readonly string[]): string => {
  try {
    return `accepted: ${JSON.stringify(parseArgs(command, argv).arguments)}`;
  } catch (error) {
    if (error instanceof BeHookError) return error.problem.code;
    return `threw ${String(error)}`;
  }
};

const test = suite('parseArgs');

test('accepts options and flags before, between and after the arguments', () => {
  for (const argv of [
    ['--name', 'n', '--json', 'a', 'b'],
    ['a', '--json', 'b', '--name=n'],
    ['a', 'b', '--name', 'n', '--json', '--json'],
  ]) {
    const { arguments: words, options, flags } = read(...argv);
    assert.equal([words, [...options], [...flags]], [['a', 'b'], [['name', 'n']], ['json']]);
  }
});

test('refuses an empty argument unless the command allows it', () => {
  const strict: Command = { ...command, arguments: [{ name: 'FIRST' }, { name: 'SECOND', optional: true }] };
  for (const argv of [[''], ['a', ''], ['--', 'a', '']]) {
    assert.throws(
      () => parseArgs(strict, argv),
      (error: BeHookError) => error.problem.code === 'usage',
      argv.join(),
    );
  }
  assert.is(refused(['']), 'accepted: [""]');
});

test('returns no option and no flag that argv lacks', () => {
  const { options, flags } = read('a');
  assert.equal([options.size, flags.size], [0, 0]);
});

test('returns every argument unchanged', () => {
  const texts = [
    '1',
    '0x10',
    '1e3',
    '007',
    '-0',
    '',
    ' ',
    '-',
    'true',
    'false',
    'null',
    '__proto__',
    'a=b',
    'ä',
    '--',
    '--x',
  ];
  for (const first of texts) {
    assert.equal(read('--', first, 'x').arguments, [first, 'x'], first);
    if (!first.startsWith('-') || first === '-') assert.equal(read(first, 'x').arguments, [first, 'x'], first);
  }
});

test('returns an argument after a flag unchanged', () => {
  for (const text of ['true', 'false', '0', '1', 'no', '-']) {
    const { arguments: words, flags } = read('--dry-run', text);
    assert.equal([words, [...flags]], [[text], ['dry-run']], text);
  }
});

test('returns every value of an option unchanged', () => {
  for (const text of ['1', '0x10', '007', 'true', 'false', '-', 'a=b', '=', ' ', '/a b']) {
    assert.is(read('a', '--name', text).options.get('name'), text, text);
    assert.is(read('a', `--name=${text}`).options.get('name'), text, text);
  }
  assert.is(read('a', '--name=--json').options.get('name'), '--json');
});

test('returns random arguments unchanged', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 });
  fc.assert(
    fc.property(text, text, fc.boolean(), (first, second, switched) => {
      const invocation = read(...(switched ? ['--json'] : []), '--', first, second);
      assert.equal(invocation.arguments, [first, second]);
      assert.is(invocation.flags.has('json'), switched);
    }),
    { numRuns: 1000 },
  );
});

for (const argv of [
  [],
  ['--json'],
  ['a', 'b', 'c'],
  ['a', '--', 'b', 'c'],
  ['a', '--nmae', 'b'],
  ['a', '-j'],
  ['a', '-name'],
  ['a', '-5'],
  ['a', '--name'],
  ['a', '--name='],
  ['a', '--name', '--json'],
  ['a', '--name', 'x', '--name', 'y'],
  ['a', '--json=false'],
  ['a', '--json=true'],
  ['a', '--no-json'],
  ['a', '--no-name'],
  ['a', '--name.x=1'],
  ['a', '--json.x'],
  ['a', '--toString'],
  ['a', '--constructor=x'],
  ['a', '--__proto__'],
  ['a', '--hasOwnProperty', 'x'],
  ['a', '---json'],
  ['a', '--_', 'x'],
]) {
  test(`refuses ${JSON.stringify(argv)} as a usage error`, () => {
    assert.is(refused(argv), 'usage');
  });
}

test.run();
