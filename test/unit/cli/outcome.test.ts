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
  const flags = new Set(words.flatMap((word) => (word.startsWith('--') ? [word.slice(2)] : [])));
  const invocation: Invocation = {
    argv: words,
    options,
    flags,
    arguments: words.slice(1).filter((word) => !word.startsWith('--')),
  };
  return describeOutcome(invocation, { ...plan, ...change });
}

test('a change is reported in one sentence', () => {
  const cases = [
    ['activate next', '“next” boots from now on; reboot to use it.'],
    ['activate next --once', '“next” boots once, at the next start; then the default boots again.'],
    ['activate --not-once', 'Canceled the one-shot boot; the default boots next.'],
    ['create', 'Created “next”. To boot it: be-hook activate next'],
    ['create next --activate', '“next” boots from now on; reboot to use it.'],
    ['create next --activate --filesystem', '“next” boots from now on.'],
    ['create --automatic', 'Created the restore point “next”. To return to it: be-hook rollback'],
    ['create next@monday', undefined],
    ['destroy old', 'Deleted “old”.'],
    ['rename a b', 'Renamed “a” to “b”.'],
    ['hold a', 'Held “a”: be-hook does not delete it. To release it: be-hook release a'],
    ['volume set /srv cloned', 'Set the policy of /srv to cloned.'],
    ['adopt', '“next” is a boot environment now.'],
    ['umount a\u001b', 'Unmounted “a?”.'],
  ] as const;
  for (const [line, expected] of cases) assert.is(outcome(line), expected, line);
  assert.is(
    outcome('activate main', { reboot: false }),
    '“main” boots from now on.',
    'the running one needs no reboot',
  );
});

test('a request that changes nothing reports the present state', () => {
  const cases = [
    ['activate next', '“next” already boots by default.'],
    ['activate next --once', '“next” already boots once, at the next start.'],
    ['activate --not-once', 'No one-shot boot is pending; the default boots next.'],
    ['hold a', '“a” is already held.'],
    ['release a', '“a” is not held.'],
    ['sync', 'The boot menu already matches the kernels on disk.'],
    ['volume set /srv cloned', 'The policy of /srv is already cloned.'],
  ] as const;
  for (const [line, expected] of cases) assert.is(outcome(line, { steps: [] }), expected, line);
});

/** Their notes, their data or separate messages report the result. */
const selfReporting = new Set(['snapshot', 'rollback', 'mount']);
/** Their result is not a plan. */
const withoutPlan = new Set(['upgrade', 'run', 'exec', 'setup']);

test('each command that changes something reports its result', () => {
  for (const { name, options } of Object.values(commands)) {
    const changes = name === 'import' || options.some((option) => option.name === 'dry-run');
    const reports = changes && !withoutPlan.has(name);
    assert.is(outcome(`${name} a b c`) !== undefined, reports && !selfReporting.has(name), name);
    assert.is(outcome(`${name} a b c`, { steps: [] }) !== undefined, reports, name);
  }
});

test.run();
