import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onTerminal } from '../support/dialect.ts';
import { beHook, programPath } from '../support/program.ts';
import { withTwoEnvironments } from '../support/two-environments.ts';

const test = suite('what a command says in the end');

test('on a terminal a command ends with its outcome, and elsewhere it adds nothing', async () => {
  await withTwoEnvironments(async (fs) => {
    const last = async (...words: readonly string[]): Promise<string> => {
      const { status, stdout } = await onTerminal(programPath, [...words, '--filesystem', fs.top], '');
      assert.is(status, 0, stdout);
      return stdout.trimEnd().split('\n').at(-1) ?? '';
    };
    assert.is(await last('activate', 'be2'), '“be2” boots from now on.');
    assert.is(await last('hold', 'be1'), '“be1” is held: be-hook does not delete it until: be-hook release be1');
    assert.is(await last('hold', 'be1'), 'nothing to do');
    assert.is(await last('rename', 'be1', 'main'), '“be1” is “main” from now on.');
    const { status, stdout, stderr } = await beHook('activate', 'main', '--filesystem', fs.top);
    assert.equal([status, stdout, stderr], [0, '', '']);
  });
});

test.run();
