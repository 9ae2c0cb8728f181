import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { isProblem, type Problem } from '../../../lib/model/problem.ts';
import type { Plan, Step } from '../../../lib/model/step.ts';
import { planAdopt } from '../../../lib/plan/adopt.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import {
  aSystem,
  beName,
  distributionGrubCfg,
  environmentOf,
  noFile,
  planned,
  type SystemBuilder,
  uuidOf,
} from '../../support/builders.ts';

function adopt(system: SystemBuilder, path: string | undefined, name?: string): Plan | Problem {
  return planAdopt(worldOf(system.observation(), grub), {
    path,
    name: name === undefined ? undefined : beName(name),
    now: 42,
  });
}
const stepOf = <K extends Step['kind']>(plan: Plan, kind: K): Extract<Step, { kind: K }> | undefined =>
  plan.steps.find((step): step is Extract<Step, { kind: K }> => step.kind === kind);

const test = suite('planAdopt');

test('marks the subvolume with its uuid and the given name or the name in its path', () => {
  const system = aSystem()
    .withBe('a')
    .withKernel('6.1')
    .running()
    .active()
    .withUnmarkedRoot('roots/@b c')
    .withKernel('6.1');

  assert.equal(stepOf(planned(adopt(system, 'roots/@b c', 'mine')), 'set-mark')?.mark, {
    version: 1,
    name: 'mine',
    uuid: uuidOf(257),
    created: 1_700_000_257,
  });
  assert.is(stepOf(planned(adopt(system, 'roots/@b c')), 'set-mark')?.mark.name, 'b-c');
});

test('derives an unused name if another environment has the name in the path', () => {
  const system = aSystem().withBe('b').withKernel('6.1').running().withUnmarkedRoot('x/B').withKernel('6.1');

  assert.is(stepOf(planned(adopt(system, 'x/B')), 'set-mark')?.mark.name, 'B-2');
});

test('adds the environment to the menu, and the next sync has no steps', () => {
  const system = aSystem().withBe('a').withKernel('6.1').running().active().withUnmarkedRoot('@b').withKernel('6.2');
  const after = applyInMemory(system.observation(), planned(adopt(system, '@b')).steps);
  const state = interpretState(after, grub);

  assert.is(environmentOf(state, 'b').marked, true);
  assert.equal(planned(planSync(worldOf(after, grub), { refreshDistributionMenu: true })).steps, []);
});

test('does not change the default when it adopts another environment', () => {
  const system = aSystem().withBe('a').withKernel('6.1').running().active().withUnmarkedRoot('@b').withKernel('6.9');

  assert.is(stepOf(planned(adopt(system, '@b')), 'set-active'), undefined);
  const withActive = aSystem().withBe('r').withKernel('6.1').running().withBe('a').withKernel('6.1').active();
  assert.is(stepOf(planned(adopt(withActive.withUnmarkedRoot('@b').withKernel('6.9'), '@b')), 'set-active'), undefined);
});

test('makes the first adopted environment the default unless another system runs', () => {
  const stopped = aSystem().withUnmarkedRoot('@b').withKernel('6.1');
  assert.is(stepOf(planned(adopt(stopped, '@b')), 'set-active')?.uuid, uuidOf(256));

  const running = aSystem().withUnmarkedRoot('@r').withKernel('6.1').running().withUnmarkedRoot('@b').withKernel('6.1');
  assert.is(stepOf(planned(adopt(running, '@b')), 'set-active')?.uuid, uuidOf(256));
});

test('adopts the running root if no path is given, and does nothing the second time', () => {
  const running = aSystem().withUnmarkedRoot('@r').withKernel('6.1').running();
  assert.is(stepOf(planned(adopt(running, undefined)), 'set-mark')?.path, '@r');

  const again = applyInMemory(running.observation(), planned(adopt(running, undefined)).steps);
  assert.equal(planned(planAdopt(worldOf(again, grub), { path: undefined, name: undefined, now: 1 })).steps, []);

  const refused = adopt(aSystem().withUnmarkedRoot('@r'), undefined);
  assert.ok(isProblem(refused) && refused.code === 'usage');
});

test('commits the mark and the default at the end of every plan', () => {
  const system = aSystem().withUnmarkedRoot('@r').withKernel('6.1').running();
  const stale = system.withGrubCfg(distributionGrubCfg('vmlinuz-6.0'));
  const synced = (from: SystemBuilder) =>
    applyInMemory(
      from.observation(),
      planned(planSync(worldOf(from.observation(), grub), { refreshDistributionMenu: false })).steps,
    );
  for (const observation of [
    system.observation(),
    synced(system),
    stale.observation(),
    synced(stale),
    aSystem().withUnmarkedRoot('@r').observation(),
  ]) {
    const fresh = { ...observation, tools: { ...observation.tools, needsSync: undefined } };
    const { steps } = planned(planAdopt(worldOf(fresh, grub), { path: '@r', name: undefined, now: 1 }));
    const kinds = steps.map(({ kind }) => kind);
    assert.ok(kinds.includes('set-mark'));
    assert.ok(kinds.lastIndexOf('sync-filesystem') > kinds.lastIndexOf('set-mark'), kinds.join());
  }
});

test('adopts an environment that cannot boot yet, with a warning', () => {
  const plan = planned(adopt(aSystem().withUnmarkedRoot('@b'), '@b'));

  assert.ok(stepOf(plan, 'set-mark'));
  assert.ok(plan.warnings.some(({ code }) => code === 'nothing-bootable'));
});

const base = aSystem().withBe('a').withKernel('6.1').running().withUnmarkedRoot('@b').withKernel('6.1');
const refusals: readonly (readonly [string, Plan | Problem, Problem])[] = [
  ['a path without a subvolume', adopt(base, '@c'), { code: 'no-such-subvolume', path: '@c' }],
  ['an environment that is already adopted', adopt(base, '@a'), { code: 'already-adopted', path: '@a', name: 'a' }],
  [
    'a name that another environment has',
    adopt(base, '@b', 'a'),
    { code: 'name-taken', name: beName('a'), path: '@a', remedy: 'name-option' },
  ],
  [
    'a name that differs from another only in case and punctuation',
    adopt(base, '@b', 'A-'),
    { code: 'name-taken', name: beName('A-'), path: '@a', remedy: 'name-option' },
  ],
  ['a read-only subvolume', adopt(base.with({ readOnly: true }), '@b'), { code: 'subvolume-read-only', path: '@b' }],
  [
    'a subvolume that unprivileged users can change',
    adopt(base.with({ unsafe: 'why' }), '@b'),
    { code: 'subvolume-unsafe', path: '@b', why: 'why' },
  ],
  [
    'a subvolume without a system in it',
    adopt(base.with({ osRelease: noFile('x') }), '@b'),
    { code: 'not-a-root', path: '@b' },
  ],
];
for (const [subject, result, problem] of refusals) {
  test(`refuses ${subject}`, () => {
    assert.equal(result, problem);
  });
}

test.run();
