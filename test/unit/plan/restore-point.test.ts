import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { BootEnvironment } from '../../../lib/model/environment.ts';
import type { Observation } from '../../../lib/model/observation.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planBeforePackages, planRestorePoint, type RestorePointIntent } from '../../../lib/plan/restore-point.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { planTidy } from '../../../lib/plan/tidy.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import { aSystem, beName, planned, textFile } from '../../support/builders.ts';

const test = suite('planRestorePoint');

/** 2026-11-23 09:11:57 UTC, computed with date(1). */
const now = 1_795_425_117;
const plain: RestorePointIntent = { transaction: 'boot/7/1', name: undefined, description: 'before: dnf', now };
/** A machine with an up-to-date menu, as after `be-hook setup`. */
const machineWith = (settings = ''): Observation => {
  const fresh = beforeSetup();
  const { steps } = planned(planSync(worldOf(fresh, grub), { refreshDistributionMenu: false }));
  const { roots, ...rest } = applyInMemory(fresh, steps);
  const config = textFile('@main/etc/be-hook/be-hook.conf', settings);
  return { ...rest, roots: roots.map((root) => ({ ...root, config })) };
};
/** The same machine before `be-hook setup`. */
const beforeSetup = (settings = ''): Observation =>
  aSystem()
    .withTools({ firmware: 'bios' })
    .withBe('main')
    .withKernel('6.1')
    .with({ config: textFile('@main/etc/be-hook/be-hook.conf', settings) })
    .running()
    .active()
    .observation();
const make = (observation: Observation, intent: Partial<RestorePointIntent> = {}): Observation =>
  applyInMemory(observation, planned(planRestorePoint(worldOf(observation, grub), { ...plain, ...intent })).steps);
const names = (observation: Observation): string[] =>
  interpretState(observation, grub)
    .environments.map(({ name }) => String(name))
    .sort();
const find = (observation: Observation, name: string): BootEnvironment | undefined =>
  interpretState(observation, grub).environments.find((environment) => environment.name === name);

test('makes a copy of the running system, named by time, automatic and in the menu', () => {
  const after = make(machineWith());
  const point = find(after, 'main-before-20261123-0911');
  assert.equal(
    [point?.automatic, point?.restorePoint, point?.origin, point?.description, point?.active],
    [true, 'boot/7/1', 'main', 'before: dnf', false],
  );
  assert.equal(planned(planSync(worldOf(after, grub), { refreshDistributionMenu: false })).steps, []);
});

test('makes one restore point per transaction, also for a process with many of them', () => {
  const once = make(machineWith());
  assert.equal(planned(planRestorePoint(worldOf(once, grub), { ...plain, now: now + 60 })).steps, []);
  assert.is(names(make(once, { now: now + 600 })).length, 3);
  assert.is(names(make(once, { transaction: 'boot/8/1' })).length, 3);
  assert.is(names(make(once, { transaction: undefined })).length, 3);
});

test('makes unique names, and copies a restore point under the name of its source', () => {
  const two = make(make(machineWith()), { transaction: 'boot/8/1' });
  assert.equal(names(two), ['main', 'main-before-20261123-0911', 'main-before-20261123-0911-2']);
  const { id } = find(two, 'main-before-20261123-0911')?.subvolume ?? { id: 0 };
  const rolledBack = { ...two, filesystem: { ...two.filesystem, runningSubvolume: id } };
  const third = make(rolledBack, { transaction: 'boot/9/1', now: now + 3600 });
  assert.ok(names(third).includes('main-before-20261123-1011'), names(third).join(' '));
  assert.ok(names(make(machineWith(), { name: beName('mine') })).includes('mine'));
});

test('prunes old restore points in the same plan, with one update of the menu', () => {
  const old = make(make(machineWith('keep-automatic = 2')), { transaction: 'boot/8/1', now: now + 60 });
  const { steps, notes } = planned(
    planRestorePoint(worldOf(old, grub), { ...plain, transaction: 'boot/9/1', now: now + 120 }),
  );
  assert.equal(names(applyInMemory(old, steps)), ['main', 'main-before-20261123-0912', 'main-before-20261123-0913']);
  const menus = steps.filter((step) => step.kind === 'write-file' && step.path === '@main/boot/grub2/be-hook.cfg');
  assert.is(menus.length, 1);
  const kinds = steps.map(({ kind }) => kind);
  assert.ok(kinds.indexOf('delete-subvolume') > kinds.lastIndexOf('write-file'), 'the menu drops it first');
  assert.match(notes?.join() ?? '', /“main-before-20261123-0911” is destroyed: keep-automatic = 2/);
});

test('after an interruption at any step, sync completes the deletions', () => {
  const old = make(make(machineWith('keep-automatic = 2')), { transaction: 'boot/8/1', now: now + 60 });
  const { steps } = planned(
    planRestorePoint(worldOf(old, grub), { ...plain, transaction: 'boot/9/1', now: now + 120 }),
  );
  const [initial, final] = [names(old), names(applyInMemory(old, steps))];
  const outcomes = [initial, [...initial, 'main-before-20261123-0913'], final].map(String);
  const seen = steps.map((_, count) => {
    const interrupted = applyInMemory(old, steps.slice(0, count));
    const world = worldOf(interrupted, grub);
    const menu = planned(planSync(world, { refreshDistributionMenu: false })).steps;
    const repaired = applyInMemory(interrupted, [...menu, ...planTidy(world)]);
    assert.equal(interpretState(repaired, grub).unfinishedWork, [], `after ${count} steps`);
    assert.ok(outcomes.includes(String(names(repaired))), `after ${count} steps: ${names(repaired).join(' ')}`);
    return String(names(repaired));
  });
  assert.equal([...new Set(seen)], outcomes, 'in this order');
});

const refusable = { ...plain, refusable: true };

test('follows package-transactions before packages change', () => {
  assert.equal(planBeforePackages(worldOf(machineWith('package-transactions = refuse'), grub), refusable), {
    code: 'packages-refused',
  });
  const unrefusable = planBeforePackages(worldOf(machineWith('package-transactions = refuse'), grub), {
    ...plain,
    refusable: false,
  });
  assert.ok(planned(unrefusable).steps.length > 0, 'libzypp cannot end the transaction');
  const ignored = planned(planBeforePackages(worldOf(machineWith('package-transactions = ignore'), grub), refusable));
  assert.equal(ignored.steps, []);
  assert.ok(planned(planBeforePackages(worldOf(machineWith(), grub), refusable)).steps.length > 0);
});

test('reports an unsupported machine, whatever the settings are', () => {
  const fstab = textFile('@main/etc/fstab', 'UUID=1 /boot ext4 defaults');
  const { roots, ...rest } = machineWith('package-transactions = refuse');
  const answer = planBeforePackages(
    worldOf({ ...rest, roots: roots.map((root) => ({ ...root, fstab })) }, grub),
    refusable,
  );
  assert.is(isProblem(answer) ? answer.code : 'planned', 'layout-unsupported');
});

test('does nothing before setup, whatever the settings are', () => {
  for (const settings of ['', 'package-transactions = refuse', 'package-transactions = perhaps'])
    assert.equal(planned(planBeforePackages(worldOf(beforeSetup(settings), grub), refusable)).steps, []);
});

test('makes a restore point even with invalid settings', () => {
  const { steps } = planned(
    planBeforePackages(worldOf(machineWith('package-transactions = perhaps'), grub), refusable),
  );
  assert.ok(steps.some(({ kind }) => kind === 'clone-subvolume'));
});

test.run();
