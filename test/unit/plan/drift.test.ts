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

pairs('finds a copy of the running system, by name or as the default', () => {
  const system = running.withBe('next').copiedFrom('now');
  assert.is(found(system, 'next'), 'next of now');
  assert.is(found(system), undefined, 'what runs boots by default');
  assert.is(found(system.active()), 'next of now');
});

pairs('finds no copy of a system that does not run', () => {
  assert.is(found(running.withBe('other').copiedFrom('old'), 'other'), undefined);
  assert.is(found(running, 'old'), undefined);
  assert.is(found(running, 'missing'), undefined);
});

pairs('finds a copy of the active system, or the active copy, if no system runs', () => {
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
  return planDrift(
    activation,
    findDrifting(worldOf(observation, grub), 'next'),
    facts,
    worldOf(observation, grub),
    asked,
  );
}

const copied = running.withBe('next').copiedFrom('now');

plans('refuses a stale copy without --stale', () => {
  const refused = planned(plan(copied, stale));
  assert.equal(refused.steps, []);
  assert.equal(refused.unresolved, [{ code: 'stale-copy', name: 'next', source: 'now', count: 1 }]);
  assert.equal(planned(plan(copied, stale, { carryOver: true })).steps, []);
  assert.equal(planned(plan(copied, stale, { stale: true })).steps, activation.steps);
});

plans('only warns about a stale copy that already boots by default', () => {
  const { steps, warnings, unresolved } = planned(plan(copied.active(), stale));
  assert.equal(steps, activation.steps);
  assert.equal(
    warnings.map(({ code }) => code),
    ['stale-copy'],
  );
  assert.equal(unresolved, []);
});

plans('refuses to carry over if the base is unknown', () => {
  assert.equal(plan(copied, undefined), { ...activation, drift: undefined });
  assert.equal(plan(copied, undefined, { carryOver: true }), { code: 'base-unknown', name: 'next' });
});

plans('carries changes of /etc over before other steps, only on request', () => {
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

etc('never carries over files that identify the system or that tools generate', () => {
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
  const decided = decideEtc({ ...none, source, copy }, aRoot(300, '@next'), grub);
  assert.equal(
    decided.filter(({ outcome }) => outcome !== 'own').map(({ key }) => key),
    ['host'],
  );
});

etc('merges changes of content and of mode separately', () => {
  const source = treeOf({ a: file('1', { mode: 0o600 }) });
  const [decided] = decideEtc(
    { ...none, base: treeOf({ a: file('1') }), source, copy: treeOf({ a: file('2') }) },
    aRoot(300, '@next'),
    grub,
  );
  assert.is(decided?.outcome, 'take');
  assert.equal(decided?.merged.entry, file('2', { mode: 0o600 }));
});

etc('leaves a directory in place of a file to the administrator', () => {
  const source = treeOf({ a: file('', { kind: 'directory' }), 'a/b': file('1') });
  const decided = decideEtc(
    { ...none, base: treeOf({ a: file('1') }), source, copy: treeOf({ a: file('1') }) },
    aRoot(300, '@next'),
    grub,
  );
  assert.equal(
    decided.map(({ key, outcome, merged }) => `${key} ${outcome} ${merged.beside}`),
    ['a conflict false', 'a/b conflict false'],
  );
});

etc.run();
