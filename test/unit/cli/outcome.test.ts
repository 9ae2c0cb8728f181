import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Invocation } from '../../../lib/cli/command.ts';
import { commands } from '../../../lib/cli/commands/index.ts';
import { describeOutcome } from '../../../lib/cli/output/outcome.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { beName, uuidOf } from '../../support/builders.ts';

const test = suite('outcomes');

const mark = { version: 1, name: beName('next'), uuid: uuidOf(256), created: 1 } as const;
const plan: Plan = { steps: [{ kind: 'set-mark', path: 'x', mark, reason: 'x' }], warnings: [], unresolved: [] };

function outcome(line: string, change: Partial<Plan> = {}): string | undefined {
  const words = line.split(' ');
  const options = new Map(words.includes('--filesystem') ? [['filesystem', 'x']] : []);
  const switches = new Set(words.flatMap((word) => (word.startsWith('--') ? [word.slice(2)] : [])));
  const invocation: Invocation = {
    words,
    options,
    switches,
    arguments: words.slice(1).filter((word) => !word.startsWith('--')),
  };
  return describeOutcome(invocation, { ...plan, ...change });
}

test('a command ends with what holds from now on', () => {
  const cases = [
    ['activate next', '“next” boots from now on; reboot to use it.'],
    ['activate next --once', '“next” boots once, at the next start; then the default boots again.'],
    ['activate --not-once', 'Nothing boots once; the default boots.'],
    ['create', '“next” is made; to boot it: be-hook activate next'],
    ['create next --activate', '“next” boots from now on; reboot to use it.'],
    ['create next --activate --filesystem', '“next” boots from now on.'],
    ['create --automatic', '“next” is made; to go back to it: be-hook rollback'],
    ['create next@monday', undefined],
    ['destroy old', '“old” is deleted.'],
    ['rename a b', '“a” is “b” from now on.'],
    ['hold a', '“a” is held: be-hook does not delete it until: be-hook release a'],
    ['volume set /srv cloned', '/srv is cloned from now on.'],
    ['adopt', '“next” is a boot environment.'],
    ['umount a\u001b', '“a?” is not mounted any more.'],
  ] as const;
  for (const [line, expected] of cases) assert.is(outcome(line), expected, line);
  assert.is(outcome('activate main', { reboot: false }), '“main” boots from now on.', 'what runs needs no reboot');
});

/** Their results are notes, data or messages of their own. */
const tellThemselves = new Set(['snapshot', 'rollback', 'upgrade', 'run', 'mount', 'exec', 'import', 'setup']);

test('each command that changes something says what came of it', () => {
  for (const { name, options } of Object.values(commands)) {
    const changes = options.some((option) => option.name === 'dry-run') && !tellThemselves.has(name);
    assert.is(outcome(`${name} a b c`) !== undefined, changes, name);
  }
});

test.run();
