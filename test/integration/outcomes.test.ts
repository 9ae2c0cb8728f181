import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onTerminal } from '../support/dialect.ts';
import { beHook, programPath } from '../support/program.ts';
import { withTwoEnvironments } from '../support/two-environments.ts';

const test = suite('the messages of a command');

test('are only the result on a terminal, and nothing elsewhere', async () => {
  await withTwoEnvironments(async (fs) => {
    const shown = async (...words: readonly string[]): Promise<readonly string[]> => {
      const { status, stdout } = await onTerminal(programPath, [...words, '--filesystem', fs.top], '');
      assert.is(status, 0, stdout);
      return stdout.trimEnd().split('\n');
    };
    assert.equal(await shown('activate', 'be2'), ['“be2” boots from now on.']);
    assert.equal(await shown('hold', 'be1'), [
      'Held “be1”: be-hook does not delete it. To release it: be-hook release be1',
    ]);
    assert.equal(await shown('hold', 'be1'), ['“be1” is already held.']);
    assert.equal(await shown('rename', 'be1', 'main'), ['Renamed “be1” to “main”.']);
    const { status, stdout, stderr } = await beHook('activate', 'main', '--filesystem', fs.top);
    assert.equal([status, stdout, stderr], [0, '', '']);
  });
});

test('include each step with --verbose; only data and errors with --quiet', async () => {
  await withTwoEnvironments(async (fs) => {
    const at = ['--filesystem', fs.top];
    const verbose = await onTerminal(programPath, ['activate', '--verbose', 'be2', ...at], '');
    const lines = verbose.stdout.trimEnd().split('\n');
    assert.ok(
      lines.slice(0, -1).some((line) => line.includes('be-hook.cfg')),
      verbose.stdout,
    );
    assert.is(lines.at(-1), '“be2” boots from now on.');
    assert.match((await beHook('-v', 'activate', 'be1', ...at)).stderr, 'be-hook.cfg');

    const quiet = await onTerminal(programPath, ['activate', '-q', 'be2', ...at], '');
    assert.equal([quiet.status, quiet.stdout], [0, '']);
    assert.match((await beHook('snapshot', 'be1@noted', ...at)).stderr, '“be1@noted”');
    assert.equal(await beHook('--quiet', 'snapshot', 'be1@silent', ...at), { status: 0, stdout: '', stderr: '' });
    assert.match((await beHook('list', '--quiet', '-s', ...at)).stdout, 'be1@silent');
    const refused = await beHook('--quiet', 'destroy', '-F', 'be2', ...at);
    assert.not.equal(refused.status, 0);
    assert.match(refused.stderr, 'be2');
  });
});

test('name the help of the command after a refusal and in a usage error', async () => {
  await withTwoEnvironments(async (fs) => {
    const words = ['destroy', '-F', 'nowhere', '--filesystem', fs.top];
    const refused = await onTerminal(programPath, words, '');
    assert.match(refused.stdout, /^be-hook: .*“nowhere”.*\nbe-hook: see: be-hook help destroy\n$/);
    assert.not.match((await beHook(...words)).stderr, 'be-hook help');
    assert.match((await beHook('activate')).stderr, /; see: be-hook help activate\n$/);
    assert.match((await beHook('mount', '-o', 'rx', 'a')).stderr, /; see: be-hook help mount\n$/);
  });
});

test.run();
