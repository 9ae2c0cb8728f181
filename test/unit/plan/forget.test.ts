import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { type GrubRootFacts, grubRoot } from '../../../lib/bootloaders/grub/facts.ts';
import { findHandOver } from '../../../lib/bootloaders/grub/hand-over.ts';
import type { Observation } from '../../../lib/model/observation.ts';
import { planForget } from '../../../lib/plan/forget.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { planUninstall } from '../../../lib/plan/uninstall.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import {
  aRoot,
  aSystem,
  distributionGrubCfg,
  noFile,
  planned,
  type SystemBuilder,
  withGrub,
} from '../../support/builders.ts';

function synced(system: SystemBuilder): Observation {
  const { steps } = planned(planSync(worldOf(system.observation(), grub), { refreshDistributionMenu: true }));
  return applyInMemory(system.observation(), steps);
}
const forget = (before: Observation, name: string): Observation =>
  applyInMemory(before, planned(planForget(worldOf(before, grub), name)).steps);
const textsOf = (observation: Observation, path: string): readonly string[] =>
  observation.roots
    .flatMap((root) => grubRoot(root).menuDirectories.flatMap(({ grubCfg, menu }) => [grubCfg, menu]))
    .concat(observation.roots.map((root) => grubRoot(root).generatorScript))
    .flatMap((file) => (file.path.startsWith(`${path}/`) && file.kind === 'text' ? [file.text] : []));
const factsOf = (observation: Observation, index: number): GrubRootFacts =>
  grubRoot(observation.roots[index] ?? aRoot(0, ''));
const grubCfgOf = (observation: Observation, index: number): string => {
  const file = factsOf(observation, index).menuDirectories[0]?.grubCfg;
  return file?.kind === 'text' ? file.text : '';
};

const two = aSystem().withBe('a').withKernel('6.1').running().active().withBe('b').withKernel('6.2');

const test = suite('planForget');

test('removes the mark and the menu entries', () => {
  const after = forget(synced(two), 'b');

  assert.is(after.roots[1]?.mark, undefined);
  assert.equal(
    interpretState(after, grub).environments.map(({ name }) => name),
    ['a'],
  );
  assert.not.match(textsOf(after, '@a').join(''), 'be-hook:b');
});

test('leaves nothing for the next sync', () => {
  const after = forget(synced(two), 'b');

  assert.equal(planned(planSync(worldOf(after, grub), { refreshDistributionMenu: true })).steps, []);
});

test('keeps only the lines that lead to the menu of the active environment', () => {
  const after = forget(synced(two), 'b');

  assert.is(factsOf(after, 1).menuDirectories[0]?.menu.kind, 'missing');
  assert.is(factsOf(after, 1).generatorScript.kind, 'missing');
});

test('keeps a boot loader of the forgotten GRUB directory working', () => {
  const after = forget(synced(two), 'b');

  assert.match(grubCfgOf(after, 1), /configfile .*@a\/boot\/grub2\/grub\.cfg/);
});

test('refuses the running and the active environment', () => {
  const before = synced(aSystem().withBe('a').withKernel('6.1').running().withBe('b').withKernel('6.2').active());

  assert.equal(planForget(worldOf(before, grub), 'a'), {
    code: 'environment-in-use',
    name: 'a',
    how: 'running',
    detail: '',
    verb: 'forget',
  });
  assert.equal(planForget(worldOf(before, grub), 'b'), {
    code: 'environment-in-use',
    name: 'b',
    how: 'active',
    detail: '',
    verb: 'forget',
  });
});

test('refuses an unknown name, and lists the known names', () => {
  assert.equal(planForget(worldOf(synced(two), grub), 'c'), {
    code: 'no-such-environment',
    name: 'c',
    known: ['a', 'b'],
  });
});

test('restores the menu of the distribution after the last environment', () => {
  const system = aSystem().withBe('a').withKernel('6.1').active();
  const before = system.withGrubCfg(distributionGrubCfg('vmlinuz-6.1'));

  const after = forget(synced(before), 'a');

  assert.equal(after, {
    ...before.observation(),
    active: undefined,
    roots: before.observation().roots.map((root) => ({ ...root, mark: undefined })),
  });
});

test('commits the mark and the default at the end, also for the last environment', () => {
  for (const [before, name] of [
    [synced(two), 'b'],
    [synced(aSystem().withBe('a').withKernel('6.1')), 'a'],
  ] as const) {
    const kinds = planned(planForget(worldOf(before, grub), name)).steps.map(({ kind }) => kind);
    const last = Math.max(kinds.lastIndexOf('clear-mark'), kinds.lastIndexOf('set-active'));
    assert.ok(last >= 0 && kinds.lastIndexOf('sync-filesystem') > last, kinds.join());
  }
});

test.run();

const uninstall = suite('planUninstall');

const uninstalled = (before: Observation): Observation =>
  applyInMemory(before, planUninstall(worldOf(before, grub)).steps);

uninstall('restores the menu of the active environment byte by byte', () => {
  const system = aSystem().withBe('a').withKernel('6.1').running().withGrubCfg(distributionGrubCfg('vmlinuz-6.1'));

  assert.equal(uninstalled(synced(system)), system.observation());
});

uninstall('keeps the marks for a later installation', () => {
  assert.equal(
    uninstalled(synced(two)).roots.map(({ mark }) => mark),
    two.observation().roots.map(({ mark }) => mark),
  );
});

uninstall('makes the GRUB directory of another environment load the active menu', () => {
  const after = uninstalled(synced(two));

  assert.is(findHandOver(grubCfgOf(after, 0)), 'absent');
  assert.match(grubCfgOf(after, 1), /configfile .*@a\/boot\/grub2\/grub\.cfg/);
  assert.not.match(grubCfgOf(after, 1), 'be-hook.cfg');
});

uninstall('replaces a grub.cfg of be-hook by the last menu, which needs no be-hook', () => {
  const system = two
    .withGrub(({ menuDirectories }) => ({
      menuDirectories: menuDirectories.map((menuDirectory) => ({
        ...menuDirectory,
        grubCfg: noFile(menuDirectory.grubCfg.path),
      })),
    }))
    .active();
  const before = synced(system);
  const menu = factsOf(before, 1).menuDirectories[0]?.menu;

  const after = uninstalled(before);

  assert.is(grubCfgOf(after, 1), menu?.kind === 'text' ? menu.text : 'no menu');
});

uninstall('commits the new grub.cfg files before it removes a menu', () => {
  const { steps } = planUninstall(worldOf(synced(two), grub));
  const kinds = steps.map(({ kind }) => kind);

  const between = kinds.slice(kinds.lastIndexOf('write-file') + 1, kinds.indexOf('remove-file'));
  assert.equal(between, ['sync-filesystem']);
  assert.equal([kinds[0], kinds.at(-1)], ['sync-filesystem', 'sync-filesystem']);
});

uninstall('removes no menu that a damaged grub.cfg may load', () => {
  const before = synced(two);
  const torn = before.roots.map((root, index) => {
    const menuDirectories = grubRoot(root).menuDirectories.map((menuDirectory) => ({
      ...menuDirectory,
      grubCfg: { kind: 'text', path: menuDirectory.grubCfg.path, text: '# be-hook: end\n' } as const,
    }));
    return index === 1 ? { ...root, ...withGrub(root, { menuDirectories }) } : root;
  });

  const plan = planUninstall(worldOf({ ...before, roots: torn }, grub));

  assert.equal(
    plan.unresolved.map(({ code }) => code),
    ['file-malformed'],
  );
  assert.equal(
    plan.steps.filter(({ kind }) => kind === 'remove-file'),
    [],
  );
});

uninstall('needs no steps without a file of be-hook', () => {
  assert.equal(planUninstall(worldOf(two.observation(), grub)).steps, []);
});

uninstall('does nothing the second time', () => {
  assert.equal(planUninstall(worldOf(uninstalled(synced(two)), grub)).steps, []);
});

uninstall.run();
