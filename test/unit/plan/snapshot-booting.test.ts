import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { grubRoot } from '../../../lib/bootloaders/grub/facts.ts';
import { parseMenu } from '../../../lib/bootloaders/grub/parse-menu.ts';
import { printMark } from '../../../lib/formats/mark.ts';
import type { FileText, Observation } from '../../../lib/model/observation.ts';
import { isProblem, type Problem } from '../../../lib/model/problem.ts';
import type { Plan, Step } from '../../../lib/model/step.ts';
import { planActivate } from '../../../lib/plan/activate.ts';
import { planAdopt } from '../../../lib/plan/adopt.ts';
import { planCreate } from '../../../lib/plan/create.ts';
import { planDestroy } from '../../../lib/plan/destroy.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { planUninstall } from '../../../lib/plan/uninstall.ts';
import { planUpgradeDone } from '../../../lib/plan/upgrade.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import { beName, planned, uuidOf } from '../../support/builders.ts';
import { snapshotBooting } from '../../support/snapshot-booting.ts';

/*
 * openSUSE's snapshot booting: the default subvolume chooses the environment that boots, also after another program changed it.
 */
const test = suite('snapshot booting');

const first = '@/.snapshots/1/snapshot';
const rolledBack = '@/.snapshots/3/snapshot';
const copy = 'be-hook/next/root';
const two = snapshotBooting(
  [
    [first, 'leap'],
    [copy, 'next'],
  ],
  { defaultSubvolume: 256, active: 256 },
);
/** `snapper rollback` made 258 the default subvolume. */
const foreign = snapshotBooting(
  [
    [first, 'leap'],
    [copy, 'next'],
    [rolledBack, undefined],
  ],
  { defaultSubvolume: 258, active: 256 },
);

const sync = (observation: Observation): Plan =>
  planned(planSync(worldOf(observation, grub), { refreshDistributionMenu: false }));
const activeOf = (observation: Observation): string | undefined =>
  interpretState(observation, grub).environments.find(({ active }) => active)?.name;
const ofKind = <K extends Step['kind']>(steps: readonly Step[], kind: K): readonly Extract<Step, { kind: K }>[] =>
  steps.filter((step): step is Extract<Step, { kind: K }> => step.kind === kind);

/** The path of the default subvolume for which each menu was made. */
function guards(observation: Observation): readonly (string | undefined)[] {
  return observation.roots.flatMap((root) =>
    grubRoot(root).menuDirectories.flatMap(({ menu }) =>
      menu.kind === 'text' ? [parseMenu(menu.text)?.menu.defaultSubvolume] : [],
    ),
  );
}

/** The attribute, the default subvolume, the list and every menu name the same environment. */
function checkAgreement(observation: Observation): void {
  const chosen = observation.subvolumes.find(({ id }) => id === observation.filesystem.defaultSubvolume);
  const { environments } = interpretState(observation, grub);
  assert.is(observation.active, chosen?.uuid);
  assert.is(environments.find(({ active }) => active)?.subvolume.id, chosen?.id);
  for (const path of guards(observation)) assert.is(path, chosen?.path);
  assert.equal(sync(observation).steps, []);
}

test('activates by the default subvolume, after the menus and a barrier', () => {
  const before = applyInMemory(two, sync(two).steps);
  const { steps } = planned(planActivate(worldOf(before, grub), 'next'));
  const [moved] = ofKind(steps, 'set-default-subvolume');
  assert.equal([moved?.path, moved?.from], [copy, 256]);
  const place = steps.findIndex(({ kind }) => kind === 'set-default-subvolume');
  assert.is(steps[place - 1]?.kind, 'sync-filesystem');
  assert.ok(steps.slice(0, place).some(({ kind }) => kind === 'write-file'));
  assert.is(steps[place + 1]?.kind, 'set-active');
  assert.is(steps[place + 2]?.kind, 'sync-filesystem');
  checkAgreement(applyInMemory(before, steps));
});

test('leaves menus that GRUB ignores, or that are right, after each step of an activation', () => {
  const before = applyInMemory(two, sync(two).steps);
  const { steps } = planned(planActivate(worldOf(before, grub), 'next'));
  for (let length = 0; length <= steps.length; length += 1) {
    const crashed = applyInMemory(before, steps.slice(0, length));
    const chosen = crashed.subvolumes.find(({ id }) => id === crashed.filesystem.defaultSubvolume);
    const read = crashed.roots.find(({ subvolume }) => subvolume.id === chosen?.id);
    const menu = read && grubRoot(read).menuDirectories[0]?.menu;
    const shown = menu?.kind === 'text' ? parseMenu(menu.text)?.menu : undefined;
    if (shown?.defaultSubvolume === chosen?.path) assert.is(shown?.default.be, activeOf(crashed), `step ${length}`);
    checkAgreement(applyInMemory(crashed, sync(crashed).steps));
  }
});

test('adopts a default subvolume that another program set, with the number of snapper', () => {
  assert.is(activeOf(foreign), 'snapper-3');
  const { steps } = sync(foreign);
  assert.equal(ofKind(steps, 'set-default-subvolume'), []);
  assert.equal(
    ofKind(steps, 'set-active').map(({ uuid }) => uuid),
    [uuidOf(258)],
  );
  assert.equal(
    ofKind(steps, 'set-mark').map(({ path, mark }) => [path, mark.name]),
    [[rolledBack, 'snapper-3']],
  );
  checkAgreement(applyInMemory(foreign, steps));
});

test('adopts it before another environment is activated', () => {
  const { steps } = planned(planActivate(worldOf(foreign, grub), 'next'));
  const after = applyInMemory(foreign, steps);
  assert.is(activeOf(after), 'next');
  assert.equal(
    interpretState(after, grub)
      .environments.map(({ name }) => name)
      .sort(),
    ['leap', 'next', 'snapper-3'],
  );
});

test('adopts nothing on a machine without boot environments', () => {
  const plain = snapshotBooting([[first, undefined]], { defaultSubvolume: 256, active: undefined });
  assert.equal(ofKind(sync(plain).steps, 'set-mark'), []);
  const { steps } = planned(planAdopt(worldOf(plain, grub), { path: first, name: undefined, now: 1 }));
  assert.equal(ofKind(steps, 'set-default-subvolume'), []);
  checkAgreement(applyInMemory(plain, steps));
});

test('copies fstab and grub.cfg as they are, because snapper copies them again', () => {
  const intent = {
    source: undefined,
    name: beName('new'),
    description: undefined,
    activation: 'default',
    now: 1,
  } as const;
  const { steps } = planned(planCreate(worldOf(two, grub), intent));
  const written = ofKind(steps, 'write-file').map(({ path }) => path);
  assert.not.ok(written.includes('be-hook/new/root/etc/fstab'), written.join());
  const after = applyInMemory(two, steps);
  const made = after.roots.find(({ subvolume }) => subvolume.path === 'be-hook/new/root');
  assert.not.match(made?.fstab.kind === 'text' ? made.fstab.text : 'subvol', /subvol/);
  const [home] = made === undefined ? [] : grubRoot(made).menuDirectories;
  const grubCfg = home?.grubCfg.kind === 'text' ? home.grubCfg.text : '';
  assert.match(grubCfg, 'set btrfs_relative_path="y"');
  assert.match(grubCfg, '\tlinux\t/boot/vmlinuz-');
  assert.is(activeOf(after), 'new');
  checkAgreement(after);
});

test('keeps a menu without the default subvolume if /boot is a file system of its own', () => {
  const roots = two.roots.map((root) => ({ ...root, fstab: withBoot(root.fstab) }));
  assert.is(interpretState({ ...two, roots }, grub).followsDefault, false);
});

function withBoot(file: FileText): FileText {
  return file.kind === 'text' ? { ...file, text: `${file.text}UUID=b /boot ext4 defaults 0 2\n` } : file;
}

test('keeps rootflags= in every entry', () => {
  const after = applyInMemory(two, sync(two).steps);
  for (const { kernels, subvolume } of interpretState(after, grub).environments)
    for (const { options } of kernels) assert.ok(options.includes(`rootflags=subvol=${subvolume.path}`));
});

test('refuses to destroy the default subvolume, and destroys the former one', () => {
  const refused: Plan | Problem = planDestroy(worldOf(foreign, grub), {
    name: beName('snapper-3'),
    snapshot: undefined,
  });
  assert.is(isProblem(refused) ? refused.code : undefined, 'environment-in-use');
  const plan = planned(planDestroy(worldOf(foreign, grub), { name: beName('leap'), snapshot: undefined }));
  assert.ok(ofKind(plan.steps, 'delete-subvolume').some(({ path }) => path === first));
});

test('makes an upgraded copy the default subvolume, after its packages are on disk', () => {
  const upgrading = { version: 1, name: beName('next'), uuid: uuidOf(257), created: 257, state: 'upgrading' } as const;
  const roots = two.roots.map((root) =>
    root.subvolume.path === copy ? { ...root, mark: printMark(upgrading) } : root,
  );
  const before = { ...two, roots };
  const intent = { name: beName('next'), activation: 'default', now: 300 } as const;
  const { steps } = planned(planUpgradeDone(worldOf(before, grub), intent));
  assert.is(steps[0]?.kind, 'sync-filesystem');
  assert.equal(
    ofKind(steps, 'set-default-subvolume').map(({ path }) => path),
    [copy],
  );
  checkAgreement(applyInMemory(before, steps));
});

test('gives each grub.cfg back without lines that lead to another root', () => {
  const before = applyInMemory(two, sync(two).steps);
  const after = applyInMemory(before, planUninstall(worldOf(before, grub)).steps);
  assert.is(after.filesystem.defaultSubvolume, 256);
  for (const root of after.roots)
    for (const { grubCfg, menu } of grubRoot(root).menuDirectories) {
      assert.not.match(grubCfg.kind === 'text' ? grubCfg.text : '', 'be-hook');
      assert.is(menu.kind, 'missing');
    }
});

test.run();
