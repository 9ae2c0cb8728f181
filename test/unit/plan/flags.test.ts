import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { flagsOf } from '../../../lib/cli/listing.ts';
import type { Observation } from '../../../lib/model/observation.ts';
import type { Problem } from '../../../lib/model/problem.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { planActivate, planActivateNoMore, planActivateOnce } from '../../../lib/plan/activate.ts';
import { type CreateIntent, planCreate } from '../../../lib/plan/create.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planRename } from '../../../lib/plan/rename.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import { aSystem, beName, planned } from '../../support/builders.ts';

const test = suite('the flags N, R and T');

type Change = (observation: Observation) => Plan | Problem;

const activate =
  (name: string): Change =>
  (observation) =>
    planActivate(worldOf(observation, grub), name);
const once =
  (name: string): Change =>
  (observation) =>
    planActivateOnce(worldOf(observation, grub), name);
const noMore =
  (name?: string): Change =>
  (observation) =>
    planActivateNoMore(worldOf(observation, grub), name);
const rename =
  (from: string, to: string): Change =>
  (observation) =>
    planRename(worldOf(observation, grub), from, beName(to));
const create =
  (name: string, activation: CreateIntent['activation']): Change =>
  (observation) => {
    const intent = { source: undefined, name: beName(name), description: undefined, activation, now: 1_800_000_000 };
    return planCreate(worldOf(observation, grub), intent);
  };

/** Three environments, `a` running and active, on a machine that can boot one of them once. */
function machine(): Observation {
  const observation = aSystem()
    .withBe('a')
    .withKernel('6.1.0-1')
    .running()
    .active()
    .withBe('b')
    .withKernel('6.1.0-1')
    .withBe('c')
    .withKernel('6.1.0-1')
    .observation();
  const oneShot = { mountpoint: '/boot/efi', why: '', filesystemUuid: '1A2B-3C4D', next: undefined };
  return { ...observation, oneShot };
}

function letters(observation: Observation): Record<string, string> {
  const { environments } = interpretState(observation, grub);
  return Object.fromEntries(
    environments.map((environment) => [environment.name, flagsOf(environment)] as const).toSorted(),
  );
}

/** The flags after each change. */
function follow(...changes: readonly Change[]): Record<string, string>[] {
  let observation = machine();
  return changes.map((change) => {
    observation = applyInMemory(observation, planned(change(observation)).steps);
    return letters(observation);
  });
}

test('R moves to the activated environment, N stays with the running one', () => {
  assert.equal(letters(machine()), { a: 'NR', b: '', c: '' });
  assert.equal(follow(activate('b'), activate('c'), activate('a')), [
    { a: 'N', b: 'R', c: '' },
    { a: 'N', b: '', c: 'R' },
    { a: 'NR', b: '', c: '' },
  ]);
});

test('T moves to the one-shot environment and does not move R', () => {
  assert.equal(follow(once('b'), once('c'), once('a'), noMore()), [
    { a: 'NR', b: 'T', c: '' },
    { a: 'NR', b: '', c: 'T' },
    { a: 'NRT', b: '', c: '' },
    { a: 'NR', b: '', c: '' },
  ]);
});

test('T is removed by name only from the environment that has it', () => {
  assert.equal(follow(once('b'), noMore('c'), noMore('b'), noMore('b')), [
    { a: 'NR', b: 'T', c: '' },
    { a: 'NR', b: 'T', c: '' },
    { a: 'NR', b: '', c: '' },
    { a: 'NR', b: '', c: '' },
  ]);
});

test('T and R can belong to one environment while another one has N', () => {
  assert.equal(follow(once('b'), activate('b'), activate('c'), noMore()), [
    { a: 'NR', b: 'T', c: '' },
    { a: 'N', b: 'RT', c: '' },
    { a: 'N', b: 'T', c: 'R' },
    { a: 'N', b: '', c: 'R' },
  ]);
});

test('a new environment has the flag of its activation', () => {
  assert.equal(follow(create('d', 'none'), create('e', 'default'), create('f', 'once')), [
    { a: 'NR', b: '', c: '', d: '' },
    { a: 'N', b: '', c: '', d: '', e: 'R' },
    { a: 'N', b: '', c: '', d: '', e: 'R', f: 'T' },
  ]);
});

test('flags stay with an environment that is renamed', () => {
  assert.equal(follow(once('b'), rename('b', 'x'), rename('a', 'y')), [
    { a: 'NR', b: 'T', c: '' },
    { a: 'NR', c: '', x: 'T' },
    { c: '', x: 'T', y: 'NR' },
  ]);
});

test.run();
