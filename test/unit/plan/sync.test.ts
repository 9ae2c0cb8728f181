import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { grubRoot } from '../../../lib/bootloaders/grub/facts.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import type { Plan, Step, StepKind } from '../../../lib/model/step.ts';
import { planSync, type SyncIntent } from '../../../lib/plan/sync.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import {
  aSystem,
  distributionGrubCfg,
  noFile,
  planned,
  type SystemBuilder,
  textFile,
  withGrub,
} from '../../support/builders.ts';

const whole: SyncIntent = { refreshDistributionMenu: true };
const inTransaction: SyncIntent = { refreshDistributionMenu: false };
const sync = (system: SystemBuilder, intent = whole): Plan =>
  planned(planSync(worldOf(system.observation(), grub), intent));
const kinds = (steps: readonly Step[]): readonly StepKind[] => steps.map(({ kind }) => kind);
const pathsWritten = (steps: readonly Step[]): readonly string[] =>
  steps.flatMap((step) => (step.kind === 'write-file' ? [step.path] : []));
const one = aSystem().withBe('a').withKernel('6.1').running();

const test = suite('planSync');

test('commits before the first group and after each group', () => {
  const { steps } = sync(one);

  assert.equal(
    steps.map((step) => ('path' in step ? step.path : step.kind)),
    [
      'sync-filesystem',
      '@a/boot/grub2/be-hook.cfg',
      'sync-filesystem',
      '@a/etc/grub.d/99_be-hook',
      '@a/boot/grub2/grub.cfg',
      'sync-filesystem',
    ],
  );
});

test('commits the menu of every GRUB directory before its grub.cfg loads it', () => {
  const { steps } = sync(one.withBe('b').withKernel('6.2').withBe('c').withKernel('6.3'));

  const place = (path: RegExp): readonly number[] =>
    steps.flatMap((step, at) => ('path' in step && path.test(step.path) ? [at] : []));
  const menus = place(/be-hook\.cfg$/);
  const handOvers = place(/grub\.cfg$/);
  assert.equal([menus.length, handOvers.length], [3, 3]);
  for (const root of ['@a', '@b', '@c']) {
    const [menu = 0] = place(new RegExp(`^${root}/.*be-hook\\.cfg$`));
    const [handOver = 0] = place(new RegExp(`^${root}/.*/grub\\.cfg$`));
    assert.ok(kinds(steps.slice(menu + 1, handOver)).includes('sync-filesystem'));
  }
});

test('makes no steps if nothing changed', () => {
  const system = one.withBe('b').withKernel('6.2').withGrubCfg(distributionGrubCfg('vmlinuz-6.2'));
  const after = applyInMemory(system.observation(), sync(system).steps);

  assert.equal(planned(planSync(worldOf(after, grub), whole)).steps, []);
});

test('updates only the menu of every GRUB directory for a new kernel', () => {
  const build = (...releases: readonly string[]): SystemBuilder =>
    aSystem()
      .withBe('a')
      .withKernel('6.1')
      .running()
      .withBe('b')
      .withKernel(...releases);
  const before = applyInMemory(build('6.1').observation(), sync(build('6.1')).steps);
  const roots = before.roots.map((root, index) => ({
    ...root,
    ...(index === 1
      ? { boot: build('6.1', '6.2').observation().roots[1]?.boot ?? root.boot, moduleReleases: ['6.1', '6.2'] }
      : {}),
  }));

  const { steps } = planned(planSync(worldOf({ ...before, roots }, grub), whole));

  assert.equal(pathsWritten(steps), ['@a/boot/grub2/be-hook.cfg', '@b/boot/grub2/be-hook.cfg']);
  assert.equal(kinds(steps), ['sync-filesystem', 'write-file', 'sync-filesystem', 'write-file', 'sync-filesystem']);
});

test('makes no steps if no menu is possible', () => {
  for (const system of [
    aSystem(),
    aSystem().withBe('a').running(),
    aSystem().withBe('a').active().withBe('b').withKernel('6.1'),
  ]) {
    assert.not('steps' in planSync(worldOf(system.observation(), grub), whole));
  }
});

test('warns about a blocked environment that does not run', () => {
  const { steps, warnings, unresolved } = sync(
    one
      .withBe('b')
      .withKernel('6.2')
      .with({ fstab: textFile('@b/etc/fstab', 'torn') }),
  );

  assert.equal([warnings.map(({ code }) => code), unresolved], [['file-malformed'], []]);
  assert.ok(pathsWritten(steps).includes('@a/boot/grub2/be-hook.cfg'));
});

test('refuses a blocked running environment', () => {
  const torn = aSystem()
    .withBe('a')
    .withKernel('6.1')
    .running()
    .active()
    .with({ fstab: textFile('@a/etc/fstab', 'torn') })
    .withBe('b')
    .withKernel('6.2');
  const answer = planSync(worldOf(torn.observation(), grub), whole);
  assert.ok(isProblem(answer) && answer.code === 'file-malformed');
});

test('ignores a copy whose upgrade failed', () => {
  const failed = one
    .withBe('b')
    .withKernel('6.2')
    .withMark({ state: 'failed' })
    .with({ fstab: textFile('@b/etc/fstab', 'torn') });
  const { warnings, unresolved } = sync(failed);
  assert.equal([warnings, unresolved], [[], []]);
});

test('writes the files of other environments in separate parts, after the boot files', () => {
  const { steps } = sync(one.withBe('b').withKernel('6.2').withBe('c').withKernel('6.3'));
  const vital = steps.filter(({ kind }) => kind === 'write-file').map(({ part }) => part === undefined);
  assert.is(vital.indexOf(false), 3);
  assert.not.ok(vital.slice(3).includes(true));
});

test('writes nothing into a read-only or unsupported environment', () => {
  const { steps } = sync(
    one
      .withBe('ro')
      .with({ readOnly: true })
      .withBe('ext4')
      .with({ fstab: textFile('x', 'UUID=1 /boot ext4 defaults') }),
  );

  assert.equal(
    pathsWritten(steps).filter((path) => !path.startsWith('@a/')),
    [],
  );
});

test('reports problems of the file system and of each environment as warnings', () => {
  const { warnings } = sync(one.withBe('b').withUnmarkedRoot('@x').with({ mark: 'torn' }));

  assert.equal(warnings, [
    { code: 'mark-malformed', path: '@x' },
    { code: 'no-kernels', name: 'b' },
  ]);
});

test.run();

const refresh = suite("planSync of the distribution's menu");

const stale = one.withGrubCfg(distributionGrubCfg('vmlinuz-6.0'));

refresh('refreshes an outdated menu after the menu of be-hook, and commits it', () => {
  const { steps } = sync(stale);

  assert.equal(kinds(steps).slice(-3), ['sync-filesystem', 'refresh-distribution-menu', 'sync-filesystem']);
});

refresh('defers the refresh to the end of a package transaction, with a note', () => {
  const inside = sync(stale, inTransaction);
  assert.equal(
    kinds(inside.steps).filter((kind) => /sync$|menu$/.test(kind)),
    ['mark-needs-sync'],
  );

  const after = applyInMemory(stale.observation(), inside.steps);
  const atEnd = planned(planSync(worldOf(after, grub), whole));
  assert.equal(kinds(atEnd.steps), [
    'sync-filesystem',
    'refresh-distribution-menu',
    'sync-filesystem',
    'clear-needs-sync',
  ]);

  const last = applyInMemory(after, atEnd.steps);
  assert.equal(planned(planSync(worldOf(last, grub), whole)).steps, []);
});

refresh('writes the note once', () => {
  assert.not(kinds(sync(stale.withTools({ needsSync: 'noted' }), inTransaction).steps).includes('mark-needs-sync'));
});

refresh('keeps the note while a problem is unresolved', () => {
  const { steps, unresolved } = sync(
    one.withGrubCfg('torn').withHome({ grubCfgParses: false }).withTools({ needsSync: 'noted' }),
  );

  assert.is(unresolved.length, 1);
  assert.not(kinds(steps).includes('clear-needs-sync'));
});

refresh.run();

const menuDirectories = suite('planSync of GRUB directories');

menuDirectories('creates a missing grub.cfg that loads the menu of be-hook', () => {
  const system = one.withGrub(({ menuDirectories: own }) => ({
    menuDirectories: own.map((menuDirectory) => ({
      ...menuDirectory,
      exists: false,
      grubCfg: noFile(`${menuDirectory.path}/grub.cfg`),
    })),
  }));
  const { steps } = sync(system);

  assert.ok(kinds(steps).indexOf('make-directory') < kinds(steps).indexOf('write-file'));
  assert.ok(pathsWritten(steps).includes('@a/boot/grub2/grub.cfg'));
  const after = applyInMemory(system.observation(), steps);
  assert.equal(planned(planSync(worldOf(after, grub), whole)).steps, []);
});

menuDirectories('removes or overwrites the temporary files of an interrupted run', () => {
  const menuDirectory = '@a/boot/grub2';
  const unfinishedWork = [{ path: `${menuDirectory}/.be-hook.cfg.new`, target: `${menuDirectory}/be-hook.cfg` }];
  const done = applyInMemory(one.observation(), sync(one).steps);
  const roots = done.roots.map((root) => ({
    ...root,
    ...withGrub(root, {
      menuDirectories: grubRoot(root).menuDirectories.map((own) => ({ ...own, unfinishedWork })),
    }),
  }));
  const removed = ({ steps }: Plan): readonly string[] =>
    steps.flatMap((each) => (each.kind === 'remove-file' ? [each.path] : []));

  const plan = planned(planSync(worldOf({ ...done, roots }, grub), whole));

  assert.equal([removed(plan), pathsWritten(plan.steps)], [[unfinishedWork[0]?.path], []]);
  assert.equal(removed(sync(one.withHome({ unfinishedWork }))), []);
  const after = applyInMemory(
    one.withHome({ unfinishedWork }).observation(),
    sync(one.withHome({ unfinishedWork })).steps,
  );
  assert.equal(planned(planSync(worldOf(after, grub), whole)).steps, []);
});

menuDirectories('does not change a grub.cfg that is damaged, unreadable or invalid for GRUB', () => {
  const present = '# be-hook: begin. x\n';
  const cases = [
    one.withGrubCfg(present),
    one.withHome({ grubCfgParses: false }),
    one.withHome({ grubCfg: { kind: 'unreadable', path: '@a/boot/grub2/grub.cfg', why: 'it is not UTF-8 text' } }),
  ];
  for (const system of cases) {
    const { steps, unresolved } = sync(system);
    assert.not(pathsWritten(steps).includes('@a/boot/grub2/grub.cfg'));
    assert.equal(
      unresolved.map((problem) => 'path' in problem && problem.path),
      ['@a/boot/grub2/grub.cfg'],
    );
  }
});

menuDirectories('rewrites a damaged menu', () => {
  const done = applyInMemory(one.observation(), sync(one).steps);
  const cut = done.roots.map((root) => ({
    ...root,
    ...withGrub(root, {
      menuDirectories: grubRoot(root).menuDirectories.map((menuDirectory) => ({
        ...menuDirectory,
        menu: textFile(menuDirectory.menu.path, 'set default='),
      })),
    }),
  }));

  assert.equal(pathsWritten(planned(planSync(worldOf({ ...done, roots: cut }, grub), whole)).steps), [
    '@a/boot/grub2/be-hook.cfg',
  ]);
});

menuDirectories.run();
