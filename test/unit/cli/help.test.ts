import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commands } from '../../../lib/cli/commands/index.ts';
import { printHelp } from '../../../lib/cli/help.ts';

const test = suite('help');

test('it lists every command with its arguments and what it does', () => {
  const lines = printHelp(undefined).split('\n');
  for (const { name, summary } of Object.values(commands)) {
    assert.ok(
      lines.some((line) => line.trim().startsWith(name) && line.endsWith(summary)),
      name,
    );
  }
});

for (const command of Object.values(commands)) {
  test(`of ${command.name} names its arguments and options`, () => {
    const text = printHelp(command);
    assert.match(text, new RegExp(`^Usage: be-hook ${command.name} `));
    for (const { name } of command.arguments) assert.ok((text.split('\n')[0] ?? '').includes(name), name);
    for (const { name, value, summary } of command.options) {
      assert.ok(text.includes(`--${name}${value === undefined ? ' ' : ` ${value}`}`), name);
      assert.ok(text.includes(summary), name);
    }
  });
}

test('a command is known by its name', () => {
  for (const [key, { name }] of Object.entries(commands)) assert.is(key, name);
});

test.run();
