import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { DriftFacts, Tree, TreeEntry } from '../../../lib/model/drift.ts';
import type { Problem } from '../../../lib/model/problem.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { type DriftIntent, type DriftPlan, findDrifting, planDrift } from '../../../lib/plan/drift.ts';
import { decideEtc } from '../../../lib/plan/etc-drift.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { aRoot, aSystem, planned, type SystemBuilder } from '../../support/builders.ts';

const pairs = suite('findDrifting');

const found = (system: SystemBuilder, name?: string): string | undefined => {
  const pair = findDrifting(worldOf(system.observation(), grub), name);
  return pair === undefined ? undefined : `${pair.copy.name} of ${pair.source.name}`;
};

const running = aSystem().withBe('old').withBe('now').running().active();

pairs('is a copy of what runs, and without a name the one that boots by default', () => {
  const system = running.withBe('next').copiedFrom('now');
  assert.is(found(system, 'next'), 'next of now');
  assert.is(found(system), undefined, 'what runs boots by default');
  assert.is(found(system.active()), 'next of now');
});

pairs('is no copy of a source that does not change', () => {
  assert.is(found(running.withBe('other').copiedFrom('old'), 'other'), undefined);
  assert.is(found(running, 'old'), undefined);
  assert.is(found(running, 'missing'), undefined);
});

pairs('where nothing runs is a copy of the active one, or the active one itself', () => {
  const still = aSystem().withBe('now').active().withBe('next').copiedFrom('now');
  assert.is(found(still, 'next'), 'next of now');
  assert.is(found(still.active(), 'next'), 'next of now');
  const elsewhere = still.withBe('other').active();
  assert.is(found(elsewhere, 'next'), undefined);
});

pairs.run();

const file = (content: string, change: Partial<TreeEntry> = {}): TreeEntry => {
  return { kind: 'file', content, mode: 0o644, uid: 0, gid: 0, attributes: '', ...change };
};

const treeOf = (entries: Readonly<Record<string, TreeEntry>>): Tree => new Map(Object.entries(entries));

const none: DriftFacts = {
  base: treeOf({}),
  source: treeOf({}),
  copy: treeOf({}),
  merged: new Map(),
  packages: { kind: 'known', added: [], removed: [], changed: [] },
  usr: [],
};

const stale: DriftFacts = {
  ...none,
  packages: { kind: 'known', added: [{ name: 'a', version: '1-1', arch: 'noarch' }], removed: [], changed: [] },
};

const plans = suite('planDrift');

const activation: Plan = { steps: [{ kind: 'clear-needs-sync', reason: 'x' }], warnings: [], unresolved: [] };

function plan(
  system: SystemBuilder,
  facts: DriftFacts | undefined,
  intent: Partial<DriftIntent> = {},
): DriftPlan | Problem {
  const asked = { intent: { stale: false, carryOver: false, ...intent }, name: 'next' };
  const observation = system.observation();
  return planDrift(activation, findDrifting(worldOf(observation, grub), 'next'), facts, observation, asked);
}

const copied = running.withBe('next').copiedFrom('now');

plans('a stale copy is refused, and activated where that is asked for', () => {
  const refused = planned(plan(copied, stale));
  assert.equal(refused.steps, []);
  assert.equal(refused.unresolved, [{ code: 'stale-copy', name: 'next', source: 'now', count: 1 }]);
  assert.equal(planned(plan(copied, stale, { carryOver: true })).steps, []);
  assert.equal(planned(plan(copied, stale, { stale: true })).steps, activation.steps);
});

plans('a stale copy that boots by default stays what it is, with a warning', () => {
  const { steps, warnings, unresolved } = planned(plan(copied.active(), stale));
  assert.equal(steps, activation.steps);
  assert.equal(
    warnings.map(({ code }) => code),
    ['stale-copy'],
  );
  assert.equal(unresolved, []);
});

plans('where nothing is known there is nothing to carry over, and no other difference', () => {
  assert.equal(plan(copied, undefined), { ...activation, drift: undefined });
  assert.equal(plan(copied, undefined, { carryOver: true }), { code: 'base-unknown', name: 'next' });
});

plans('changes of /etc are carried over before anything else is done, and only where that is asked for', () => {
  const facts: DriftFacts = {
    ...none,
    base: treeOf({ a: file('1') }),
    source: treeOf({ a: file('2') }),
    copy: treeOf({ a: file('1') }),
  };
  assert.equal(planned(plan(copied, facts)).steps, activation.steps);
  const { steps } = planned(plan(copied, facts, { carryOver: true }));
  assert.equal(
    steps.map((step) => ('path' in step ? `${step.kind} ${step.path}` : step.kind)),
    [
      'carry-file @next/etc/a',
      'sync-filesystem',
      'carry-file @next/usr/lib/sysimage/be-hook/etc-before/a',
      'sync-filesystem',
      'clear-needs-sync',
    ],
  );
});

plans.run();

const etc = suite('decideEtc');

etc('what names the system, and what package managers make of databases of their own, is each system’s own', () => {
  const names = [
    'fstab',
    'default/grub',
    'kernel/cmdline',
    'kernel/entry-token',
    'alternatives/vi',
    'ld.so.cache',
    'host',
  ];
  const source = treeOf(Object.fromEntries(names.map((name) => [name, file('new')])));
  const copy = treeOf({ default: file('', { kind: 'directory' }) });
  const decided = decideEtc({ ...none, source, copy }, aRoot(300, '@next'));
  assert.equal(
    decided.filter(({ outcome }) => outcome !== 'own').map(({ key }) => key),
    ['host'],
  );
});

etc('content and mode are two things: each side may have changed one of them', () => {
  const source = treeOf({ a: file('1', { mode: 0o600 }) });
  const [decided] = decideEtc(
    { ...none, base: treeOf({ a: file('1') }), source, copy: treeOf({ a: file('2') }) },
    aRoot(300, '@next'),
  );
  assert.is(decided?.outcome, 'take');
  assert.equal(decided?.merged.entry, file('2', { mode: 0o600 }));
});

etc('leaves a directory in place of a file to the administrator', () => {
  const source = treeOf({ a: file('', { kind: 'directory' }), 'a/b': file('1') });
  const decided = decideEtc(
    { ...none, base: treeOf({ a: file('1') }), source, copy: treeOf({ a: file('1') }) },
    aRoot(300, '@next'),
  );
  assert.equal(
    decided.map(({ key, outcome, merged }) => `${key} ${outcome} ${merged.beside}`),
    ['a conflict false', 'a/b conflict false'],
  );
});

etc.run();
