import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArgs } from '../../../lib/cli/args.ts';
import { commands } from '../../../lib/cli/commands/index.ts';
import { readGlobals } from '../../../lib/cli/global.ts';
import { BeHookError, type Problem } from '../../../lib/model/problem.ts';
import { describeProblem } from '../../../lib/model/problem-text.ts';

const test = suite('options before the command');

function problemOf(action: () => unknown): Problem | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof BeHookError) return error.problem;
    throw error;
  }
}

test('are read up to the command; the rest of argv does not change', () => {
  const { rest, ...given } = readGlobals(['--filesystem', '/mnt', '--json', 'list', '--json', '-h']);
  assert.equal(given, {
    filesystem: '/mnt',
    boot: undefined,
    json: true,
    verbose: false,
    quiet: false,
    help: false,
    version: false,
  });
  assert.equal(rest, ['list', '--json', '-h']);
  assert.is(readGlobals(['--filesystem=/a=b', 'list']).filesystem, '/a=b');
  assert.is(readGlobals(['-h']).help, true);
  assert.is(readGlobals(['--version']).version, true);
  assert.is(readGlobals(['-V']).version, true);
});

test('are refused if they are unknown, lack a value or contradict each other', () => {
  for (const argv of [
    ['--filesystem'],
    ['--filesystem='],
    ['--filesystem', '', 'list'],
    ['--filesystem', '--json', 'list'],
    ['--json=yes', 'list'],
    ['--filesystem', '/a', '--filesystem', '/b', 'list'],
    ['--filesystem', '/a', '--boot', '/b', '--boot', '/c', 'list'],
    ['--nothing', 'list'],
    ['-x', 'list'],
  ]) {
    assert.is(problemOf(() => readGlobals(argv))?.code, 'usage', argv.join(' '));
  }
  assert.is(readGlobals(['--filesystem', '/a', '--filesystem=/a', 'list']).filesystem, '/a');
  const { filesystem, boot } = readGlobals(['--boot', '/b', '--filesystem', '/a', '--boot=/b', 'list']);
  assert.equal([filesystem, boot], ['/a', '/b']);
});

test('name a /boot only together with a file system, on either side of the command', () => {
  for (const [words, globals] of [
    [['--filesystem', '/a', '--boot', '/b'], {}],
    [['--filesystem', '/a'], { boot: '/b' }],
    [['--boot', '/b'], { filesystem: '/a' }],
    [[], { filesystem: '/a', boot: '/b' }],
  ] as const) {
    const { options } = parseArgs(commands.list, words, globals);
    assert.equal([options.get('filesystem'), options.get('boot')], ['/a', '/b']);
  }
  for (const [words, globals] of [
    [['--boot', '/b'], {}],
    [[], { boot: '/b' }],
    [['--boot', '/b'], { filesystem: '/a', boot: '/c' }],
  ] as const) {
    assert.is(problemOf(() => parseArgs(commands.list, words, globals))?.code, 'usage');
  }
});

test('are passed to a command that has them, and refused by any other command', () => {
  const { options, flags } = parseArgs(commands.list, [], { filesystem: '/mnt', json: true });
  assert.equal([options.get('filesystem'), flags.has('json')], ['/mnt', true]);
  const same = parseArgs(commands.list, ['--filesystem', '/mnt'], { filesystem: '/mnt', json: false });
  assert.is(same.options.get('filesystem'), '/mnt');
  const other = () => parseArgs(commands.list, ['--filesystem', '/other'], { filesystem: '/mnt', json: false });
  assert.is(problemOf(other)?.code, 'usage');
  for (const [given, name] of [
    [{ filesystem: '/mnt', json: false }, 'filesystem'],
    [{ filesystem: undefined, json: true }, 'json'],
  ] as const) {
    for (const command of Object.values(commands)) {
      const words = command.arguments.map(() => 'x');
      const problem = problemOf(() => parseArgs(command, words, given));
      assert.is(
        problem === undefined,
        command.options.some((option) => option.name === name),
        command.name,
      );
    }
  }
});

test('--verbose or --quiet is accepted before and after every command, but not both', () => {
  for (const command of Object.values(commands)) {
    const words = command.arguments.map(() => 'x');
    for (const given of [parseArgs(command, ['-q', ...words]), parseArgs(command, words, { quiet: true })]) {
      assert.equal([given.flags.has('quiet'), given.flags.has('verbose')], [true, false], command.name);
    }
    assert.is(problemOf(() => parseArgs(command, ['--verbose', ...words], { quiet: true }))?.code, 'usage');
  }
});

test('the hint for a mistyped option names a similar option', () => {
  const hintOf = (action: () => unknown): string | undefined => {
    const problem = problemOf(action);
    return problem === undefined ? undefined : describeProblem(problem).hint;
  };
  assert.is(
    hintOf(() => readGlobals(['--filesytem', '/x', 'list'])),
    'did you mean --filesystem?',
  );
  assert.is(
    hintOf(() => parseArgs(commands.list, ['--jso'])),
    'did you mean --json?',
  );
  assert.is(
    hintOf(() => parseArgs(commands.create, ['--zzzzzz'])),
    'see: be-hook help create',
  );
});

test.run();
