import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArgs } from '../../../lib/cli/args.ts';
import { commands } from '../../../lib/cli/commands/index.ts';
import { globalOptions, readGlobals } from '../../../lib/cli/global.ts';
import { printHelp } from '../../../lib/cli/help.ts';
import { parseShellWords } from '../../support/shell-words.ts';

const test = suite('help');
const all = Object.values(commands);
const overview = printHelp(undefined);

test('the overview lists every command once, with its arguments and its summary', () => {
  const lines = overview.split('\n');
  for (const { name, summary } of all) {
    const rows = lines.filter((line) => line.startsWith(`  ${name} `) && line.endsWith(summary));
    assert.is(rows.length, 1, name);
  }
});

test('the overview starts with examples and shows five groups', () => {
  assert.match(overview, /^Usage: be-hook .*\n\nExamples:\n  be-hook /);
  const titles = overview.match(/^[A-Z][a-z ,]+:$/gm) ?? [];
  assert.is(titles.length, new Set(all.map(({ group }) => group)).size + 1, 'five groups and the examples');
});

for (const command of all) {
  test(`of ${command.name} names its arguments, options and examples`, () => {
    const text = printHelp(command);
    assert.match(text, new RegExp(`^Usage: be-hook ${command.name} `));
    for (const { name } of command.arguments) assert.ok((text.split('\n')[0] ?? '').includes(name), name);
    for (const { name, value, summary } of command.options) {
      assert.ok(text.includes(`--${name}${value === undefined ? ' ' : ` ${value}`}`), name);
      assert.ok(text.includes(summary), name);
    }
    for (const name of ['verbose', 'quiet', 'help']) assert.is(text.split(` --${name} `).length, 2, name);
    for (const { line, does } of command.examples) assert.ok(text.includes(line) && text.includes(does), line);
  });

  test(`the examples of ${command.name} are accepted by the argument parser`, () => {
    assert.is(command.examples.length, 2);
    for (const { line } of command.examples) {
      const own = parseShellWords(line).filter(([program]) => program === 'be-hook');
      const names = own.map(([, ...argv]) => {
        const { rest, ...globals } = readGlobals(argv);
        const called = all.find(({ name }) => name === rest[0]);
        if (called === undefined) return assert.unreachable(`${line}: no such command`);
        parseArgs(called, rest.slice(1), globals);
        return called.name;
      });
      assert.ok(names.includes(command.name), line);
    }
  });
}

test('a summary is a phrase of at most ten words', () => {
  const options = [...globalOptions, ...all.flatMap((command) => command.options)];
  for (const { summary } of [...all, ...options]) {
    assert.ok(summary.split(' ').length <= 10, summary);
    assert.match(summary, /^[a-z].*[^.]$/);
  }
});

test('the name of a command is its key in the table', () => {
  for (const [key, { name }] of Object.entries(commands)) assert.is(key, name);
});

test.run();
