import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { entriesOf } from '../../../lib/model/menu.ts';
import type { Observation, Use } from '../../../lib/model/observation.ts';
import { desiredMenu } from '../../../lib/plan/desired-menu.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planPrune } from '../../../lib/plan/prune.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import { aSystem, planned, type SystemBuilder, textFile } from '../../support/builders.ts';

const test = suite('planPrune');

const day = 86_400;
/** A time at which all environments of the builder are some minutes old. */
const now = 1_700_001_000;

/** `main` runs, with these settings, and has restore points of these names, the oldest first. */
function withPoints(settings: string, ...names: readonly string[]): SystemBuilder {
  const main = aSystem().withTools({ firmware: 'bios' }).withBe('main').withKernel('6.1').running().active();
  const set = main.with({ config: textFile('@main/etc/be-hook/be-hook.conf', settings) });
  return names.reduce(
    (system, name) =>
      system.withBe(name).withKernel('6.1').copiedFrom('main').withMark({ automatic: true, restorePoint: name }),
    set,
  );
}

function left(observation: Observation, at = now): string[] {
  const { steps } = planned(planPrune(worldOf(observation, grub), at));
  const after = worldOf(applyInMemory(observation, steps), grub);
  assert.equal(after.state.unfinishedWork, []);
  if (steps.length > 0) assert.equal(planned(planSync(after, { refreshDistributionMenu: false })).steps, []);
  return after.state.environments.map(({ name }) => String(name)).sort();
}

test('keeps the newest restore points, five by default, and updates the menu', () => {
  assert.equal(left(withPoints('', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7').observation()), [
    'main',
    'r3',
    'r4',
    'r5',
    'r6',
    'r7',
  ]);
  assert.equal(left(withPoints('keep-automatic = 1', 'r1', 'r2').observation()), ['main', 'r2']);
  const observation = withPoints('keep-automatic = 1', 'r1', 'r2').observation();
  const { steps } = planned(planPrune(worldOf(observation, grub), now));
  const menu = desiredMenu(
    interpretState(applyInMemory(observation, steps), grub),
    () => undefined,
    undefined,
    grub.can,
  );
  assert.equal('menu' in menu ? [...new Set(entriesOf(menu.menu).map(({ be }) => String(be)))] : menu, ['main', 'r2']);
});

test('makes no steps if there is nothing to prune', () => {
  assert.equal(planned(planPrune(worldOf(withPoints('', 'r1').observation(), grub), now)).steps, []);
});

test('prunes nothing after an error in a keep setting', () => {
  for (const error of ['keep-automatic = some', 'keep-monthly = 3', 'Keep-Free=5%']) {
    const observation = withPoints(`keep-automatic = 1\n${error}`, 'r1', 'r2').observation();
    const { steps, notes, warnings } = planned(planPrune(worldOf(observation, grub), now));
    assert.equal([steps, warnings.map(({ code }) => code)], [[], ['setting-ignored']], error);
    assert.equal(notes, ['be-hook prunes nothing: the keep settings of “main” cannot be read.']);
  }
  assert.equal(left(withPoints('keep-automatic = 1\nmax-entries = many', 'r1', 'r2').observation()), ['main', 'r2']);
});

test('keeps all environments that the administrator made', () => {
  const made = ['a', 'b', 'c'].reduce(
    (system, name) => system.withBe(name).withKernel('6.1'),
    withPoints('keep-automatic = 1\nkeep-days = 1\nkeep-free = 99%'),
  );
  assert.equal(left(made.observation(), now + 999 * day), ['a', 'b', 'c', 'main']);
});

test('keeps environments that are active, held, mounted or in use, with notes', () => {
  const observation = withPoints('keep-automatic = 1', 'r1', 'r2').observation();
  const uses: readonly (readonly [RegExp, Use])[] = [
    [/“r1”: it is mounted on \/mnt/, { kind: 'mount', subvolume: 257, mountpoint: '/mnt', pid: 1 }],
    [/“r1”: in use by sh/, { kind: 'process', subvolume: 257, pid: 7, name: 'sh' }],
  ];
  for (const [says, use] of uses) {
    const used = { ...observation, uses: [use] };
    assert.equal(left(used), ['main', 'r1', 'r2']);
    assert.match(planned(planPrune(worldOf(used, grub), now)).notes?.join() ?? '', says);
  }
  const held = withPoints('keep-automatic = 1', 'r1').withMark({ held: true }).withBe('r2').withKernel('6.1');
  assert.equal(left(held.withMark({ automatic: true }).observation()), ['main', 'r1', 'r2']);
  const active = withPoints('').with({}).withBe('r1').withKernel('6.1').withMark({ automatic: true });
  const settings = { config: textFile('@r1/etc/be-hook/be-hook.conf', 'keep-automatic = 1') };
  const both = active.with(settings).active().withBe('r2').withKernel('6.1').withMark({ automatic: true });
  assert.equal(left(both.observation()), ['main', 'r1', 'r2']);
});

test('keep-days prunes older restore points, but never the last one', () => {
  const observation = withPoints('keep-days = 30', 'r1', 'r2').observation();
  assert.equal(left(observation, now + 29 * day), ['main', 'r1', 'r2']);
  assert.equal(left(observation, now + 31 * day), ['main', 'r2']);
  const { notes } = planned(planPrune(worldOf(observation, grub), now + 31 * day));
  assert.match(
    notes?.join() ?? '',
    /“r2” is kept, although .*keep-days = 30: it is the only one that a rollback could use/,
  );
});

test('prunes the origin of the running environment only if another one can replace it', () => {
  const chain = (extra: boolean): Observation => {
    const start = aSystem().withTools({ firmware: 'bios' });
    const older = extra ? start.withBe('mine').withKernel('6.1') : start;
    const origin = older.withBe('u1').withKernel('6.1').withMark({ automatic: true });
    const present = origin.withBe('u2').withKernel('6.1').copiedFrom('u1').withMark({ automatic: true }).running();
    const conf = textFile('@u2/etc/be-hook/be-hook.conf', 'keep-automatic = 1');
    return present.active().with({ config: conf }).observation();
  };
  assert.equal(left(chain(false)), ['u1', 'u2']);
  assert.equal(left(chain(true)), ['mine', 'u2']);
});

test('keep-free prunes the oldest restore point if too little space is free', () => {
  const observation = withPoints('keep-free = 20%', 'r1', 'r2', 'r3').observation();
  const having = (free: number): Observation => ({
    ...observation,
    filesystem: { ...observation.filesystem, size: 1000, free },
  });
  assert.equal(left(having(200)), ['main', 'r1', 'r2', 'r3']);
  assert.equal(left(having(199)), ['main', 'r2', 'r3']);
});

test('counts failed upgrades separately, and keeps an upgrade in progress', () => {
  const system = ['f1', 'f2', 'f3'].reduce(
    (all, name) => all.withBe(name).withMark({ automatic: true, state: 'failed' }),
    withPoints('keep-automatic = 1', 'r1'),
  );
  const upgrading = system.withBe('u1').withMark({ automatic: true, state: 'upgrading' });
  assert.equal(left(upgrading.observation()), ['f2', 'f3', 'main', 'r1', 'u1']);
});

test.run();
