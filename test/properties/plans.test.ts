import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { splitCopies } from '../../lib/apply/apply.ts';
import { grub } from '../../lib/bootloaders/grub/backend.ts';
import { grubRoot } from '../../lib/bootloaders/grub/facts.ts';
import { parseMenu } from '../../lib/bootloaders/grub/parse-menu.ts';
import { defaultEntryOf, entriesOf, type Menu } from '../../lib/model/menu.ts';
import type { Observation } from '../../lib/model/observation.ts';
import { isProblem, type Problem } from '../../lib/model/problem.ts';
import type { Plan, Step } from '../../lib/model/step.ts';
import { planCreate } from '../../lib/plan/create.ts';
import { planForget } from '../../lib/plan/forget.ts';
import { interpretState } from '../../lib/plan/interpret/state.ts';
import { planSnapshot } from '../../lib/plan/snapshot.ts';
import { planSync } from '../../lib/plan/sync.ts';
import { planUninstall } from '../../lib/plan/uninstall.ts';
import { planUpgradeBegin } from '../../lib/plan/upgrade.ts';
import { worldOf } from '../../lib/plan/world.ts';
import { applyInMemory } from '../support/apply-in-memory.ts';
import { aSystem, beName, distributionGrubCfg, noFile, type SystemBuilder, textFile } from '../support/builders.ts';
import { anyBeName, anyRelease } from '../support/menus.ts';

interface Be {
  readonly name: string;
  readonly releases: readonly string[];
  readonly tweak: (system: SystemBuilder) => SystemBuilder;
}

const tweaks: readonly Be['tweak'][] = [
  (system) => system,
  (system) => system,
  (system) => system.with({ readOnly: true }),
  (system) => system.with({ fstab: textFile('etc/fstab', 'torn') }),
  (system) => system.with({ fstab: textFile('etc/fstab', 'UUID=1 /boot ext4 defaults') }),
  (system) => system.with({ config: textFile('x', 'max-entries = 2') }),
  (system) => system.withGrubCfg(distributionGrubCfg('vmlinuz-gone')),
  (system) => system.withGrubCfg('# be-hook: end\n'),
  (system) =>
    system.withGrub(({ menuDirectories }) => ({
      menuDirectories: menuDirectories.map((menuDirectory) => ({
        ...menuDirectory,
        exists: false,
        grubCfg: noFile(menuDirectory.grubCfg.path),
      })),
    })),
  (system) => system.with({ unsafe: 'why' }),
  (system) => system.running(),
  (system) => system.active(),
];

const be: fc.Arbitrary<Be> = fc.record({
  name: anyBeName,
  releases: fc.uniqueArray(anyRelease, { maxLength: 4 }),
  tweak: fc.constantFrom(...tweaks),
});

const anySystem: fc.Arbitrary<Observation> = fc
  .uniqueArray(be, { maxLength: 5, selector: ({ name }) => name })
  .map((all) =>
    all.reduce(
      (system, candidate) => candidate.tweak(system.withBe(candidate.name).withKernel(...candidate.releases)),
      aSystem(),
    ),
  )
  .map((system) => system.observation());

const sync = (observation: Observation, refreshDistributionMenu = true): Plan | Problem =>
  planSync(worldOf(observation, grub), { refreshDistributionMenu });

function menusOf(observation: Observation): readonly Menu[] {
  return observation.roots.flatMap((root) =>
    grubRoot(root).menuDirectories.flatMap(({ menu }) => {
      if (menu.kind !== 'text') return [];
      const parsed = parseMenu(menu.text);
      if (parsed === undefined) throw new Error(`this is no menu: ${menu.text}`);
      return [parsed.menu];
    }),
  );
}

const isChange = ({ kind }: Step): boolean => kind !== 'sync-filesystem' && !kind.endsWith('needs-sync');

const test = suite('plans');

test('always make a menu whose default exists, in the first environment', () => {
  fc.assert(
    fc.property(anySystem, (before) => {
      const plan = sync(before);
      if (isProblem(plan)) return;
      for (const menu of menusOf(applyInMemory(before, plan.steps))) {
        const entries = entriesOf(menu);
        const standard = defaultEntryOf(menu);
        assert.ok(standard !== undefined && standard.be === entries[0]?.be, menu.default.be);
      }
    }),
    { numRuns: 500 },
  );
});

test('leave only complete menus after a crash at any step, and the next run converges', () => {
  fc.assert(
    fc.property(anySystem, (before) => {
      const plan = sync(before);
      if (isProblem(plan)) return;
      const done = applyInMemory(before, plan.steps);
      for (let length = 0; length <= plan.steps.length; length += 1) {
        const crashed = applyInMemory(before, plan.steps.slice(0, length));
        menusOf(crashed);
        for (const menuDirectory of crashed.roots.flatMap((root) => grubRoot(root).menuDirectories)) {
          const leads =
            menuDirectory.grubCfg.kind === 'text' &&
            menuDirectory.grubCfg.text.includes('configfile "${config_directory}');
          assert.ok(!leads || menuDirectory.menu.kind === 'text', menuDirectory.path);
        }
        const next = sync(crashed);
        assert.ok(!isProblem(next));
        if (!isProblem(next)) assert.equal(applyInMemory(crashed, next.steps), done);
      }
    }),
    { numRuns: 150 },
  );
});

test('write and remove only menus and the files that load them', () => {
  const ours = /(^|\/)(grub\.cfg|be-hook\.cfg|\.(grub|be-hook)\.cfg\.be-hook-tmp|99_be-hook)$/;
  fc.assert(
    fc.property(anySystem, (before) => {
      const state = interpretState(before, grub);
      const plans = [
        sync(before),
        planUninstall(worldOf(before, grub)),
        ...state.environments.map(({ name }) => planForget(worldOf(before, grub), name)),
      ];
      for (const plan of plans) {
        if (isProblem(plan)) continue;
        for (const step of plan.steps) {
          if (step.kind === 'write-file' || step.kind === 'remove-file') assert.match(step.path, ours);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('of a second sync have no steps', () => {
  fc.assert(
    fc.property(anySystem, (before) => {
      const plan = sync(before);
      if (isProblem(plan)) return;
      const again = sync(applyInMemory(before, plan.steps));
      assert.equal('steps' in again ? again.steps : again, []);
    }),
    { numRuns: 500 },
  );
});

test('commit before the first and after the last change', () => {
  fc.assert(
    fc.property(anySystem, fc.boolean(), (before, refresh) => {
      const plan = sync(before, refresh);
      const uninstall = planUninstall(worldOf(before, grub));
      for (const { steps } of isProblem(plan) ? [uninstall] : [plan, uninstall]) {
        const first = steps.findIndex(isChange);
        const last = steps.findLastIndex(isChange);
        if (first < 0) continue;
        assert.is(steps[first - 1]?.kind, 'sync-filesystem');
        assert.is(steps[last + 1]?.kind, 'sync-filesystem');
      }
    }),
  );
});

test('of an uninstallation remove be-hook from the active GRUB directory', () => {
  fc.assert(
    fc.property(anySystem, (before) => {
      const plan = sync(before);
      if (isProblem(plan) || plan.unresolved.length > 0) return;
      const world = worldOf(applyInMemory(before, plan.steps), grub);
      const uninstall = planUninstall(world);
      if (uninstall.unresolved.length > 0) return;
      const after = applyInMemory(world.observation, uninstall.steps);
      for (const root of after.roots) {
        const { subvolume } = root;
        const { menuDirectories, generatorScript } = grubRoot(root);
        const active =
          world.state.environments.find((environment) => environment.active)?.subvolume.id === subvolume.id;
        for (const { grubCfg, menu } of menuDirectories) {
          assert.is(menu.kind, 'missing');
          if (grubCfg.kind === 'text') assert.not.match(grubCfg.text, 'be-hook.cfg"');
          if (active && grubCfg.kind === 'text') assert.not.match(grubCfg.text, '# be-hook: begin');
        }
        assert.is(generatorScript.kind, 'missing');
      }
    }),
  );
});

test('write no file before the last copy', () => {
  const [now, name, description] = [1_800_000_000, beName('new'), undefined];
  let copying = 0;
  fc.assert(
    fc.property(anySystem, fc.constantFrom('default', 'none'), (before, activation) => {
      const world = worldOf(before, grub);
      const plans = world.state.environments.flatMap((environment) => {
        const source = { name: environment.name, snapshot: undefined };
        const intent = { source, name, description, activation, now } as const;
        return [
          planCreate(world, intent),
          planUpgradeBegin(world, intent, 0),
          planSnapshot(world, { name: environment.name, snapshot: undefined, description, now }),
        ];
      });
      for (const plan of [sync(before), planUninstall(world), ...plans]) {
        if (isProblem(plan)) continue;
        const { copies, early } = splitCopies(plan.steps);
        if (copies > 0) copying += 1;
        assert.is(early, undefined, JSON.stringify(early));
      }
    }),
    { numRuns: 60 },
  );
  assert.ok(copying > 20, `${copying} plans copied something`);
});

test('are plain data', () => {
  fc.assert(
    fc.property(anySystem, (before) => {
      const plan = sync(before);
      const stripped: unknown = JSON.parse(JSON.stringify(plan));
      assert.equal(JSON.parse(JSON.stringify(stripped)), stripped);
      for (const step of isProblem(plan) ? [] : plan.steps) assert.ok(step.reason.length > 0);
    }),
  );
});

test.run();
