import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { grubRoot, type MenuDirectoryFacts } from '../../../lib/bootloaders/grub/facts.ts';
import { parseMenu } from '../../../lib/bootloaders/grub/parse-menu.ts';
import { parseFstab } from '../../../lib/formats/fstab.ts';
import { accept } from '../../../lib/model/accept.ts';
import { beNameKey } from '../../../lib/model/be-name.ts';
import type { SystemState } from '../../../lib/model/environment.ts';
import { defaultEntryOf, type Entry, entriesOf, type Menu } from '../../../lib/model/menu.ts';
import type { Observation, RootFacts } from '../../../lib/model/observation.ts';
import { printPlace } from '../../../lib/model/place.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { observe, repeatedVolumes } from './memory.ts';

/** The menu in a GRUB directory. Throws for an incomplete menu. */
export function menuIn({ menu, path }: MenuDirectoryFacts): Menu | undefined {
  if (menu.kind !== 'text') return undefined;
  const parsed = parseMenu(menu.text);
  if (parsed === undefined) throw new Error(`there is no menu in /${path}: ${menu.text}`);
  return parsed.menu;
}

/** Every menu is complete and has a default. Every grub.cfg that loads a menu finds it. */
export function checkMenusWhole({ roots }: Observation): void {
  for (const menuDirectory of roots.flatMap((root) => grubRoot(root).menuDirectories)) {
    const menu = menuIn(menuDirectory);
    const leads =
      menuDirectory.grubCfg.kind === 'text' && menuDirectory.grubCfg.text.includes('configfile "${config_directory}');
    assert.ok(!leads || menu !== undefined, `/${menuDirectory.path} leads to a menu that is not there`);
    if (menu === undefined) continue;
    const ids = entriesOf(menu).map((entry) => grub.nameEntry(menu, entry));
    assert.is(new Set(ids).size, ids.length, 'every id is there once');
    assert.ok(ids.includes(grub.nameEntry(menu, menu.default)), 'the default is there');
  }
}

/** The rules that hold whenever no command runs. */
export function checkLaws(disk: Observation): void {
  const state = interpretState(observe(disk), grub);
  const keys = state.environments.map(({ name }) => beNameKey(name));
  assert.is(new Set(keys).size, keys.length, 'every name is there once');
  const standard = state.environments.filter(({ active }) => active);
  assert.is(standard.length, Math.min(1, state.environments.length), 'one boots by default');
  assert.equal(state.unfinishedWork, [], 'nothing is left over');
  assert.equal(repeatedVolumes(disk), [], 'every volume is there once');
  checkMenusWhole(disk);
  for (const root of disk.roots) checkFstab(root, disk);
  checkMenusInStep(disk);
}

/** A sync has no steps, and every entry of every menu boots its own environment. */
function checkMenusInStep(disk: Observation): void {
  const world = worldOf(observe(disk), grub);
  const { state } = world;
  const plan = planSync(world, { refreshDistributionMenu: false });
  // If the default cannot boot, the menu does not change.
  if (isProblem(plan)) return;
  const left = plan.steps.filter(({ kind }) => !kind.endsWith('needs-sync'));
  assert.equal(left, [], 'the menu is in step');
  const served = state.environments.filter(({ layout }) => ['boot-in-root', 'boot-subvolume'].includes(layout.kind));
  for (const menuDirectory of served.flatMap((environment) => grubRoot(environment).menuDirectories)) {
    const menu = menuIn(menuDirectory);
    assert.ok(menu !== undefined, `there is a menu in /${menuDirectory.path}`);
    for (const entry of entriesOf(menu)) checkEntry(entry, state, disk);
    const first = defaultEntryOf(menu);
    assert.is(first?.be, state.environments.find(({ active }) => active)?.name, 'the active one is the default');
  }
}

/** Every entry names its own root once, and the kernels of the entries are on disk. */
export function checkEntry({ be, image, initrds, options }: Entry, state: SystemState, disk: Observation): void {
  const environment = state.environments.find(({ name }) => name === be);
  const path = environment?.subvolume.path ?? '';
  const root = disk.roots.find(({ subvolume }) => subvolume.path === path);
  const files =
    root?.boot.kind === 'directory' ? root.boot.files.map(({ on, target }) => printPlace({ on, path: target })) : [];
  for (const file of [image, ...initrds])
    assert.ok(files.includes(printPlace(file)), `${printPlace(file)} of “${be}” is there`);
  const having = (key: string): readonly string[] => options.filter((word) => word.startsWith(`${key}=`));
  assert.equal(having('root'), [`root=UUID=${state.filesystemUuid}`]);
  assert.is(having('rootflags').length, 1, 'rootflags= is there once');
  const flags = having('rootflags')[0]?.slice('rootflags='.length).split(',') ?? [];
  assert.equal(
    flags.filter((flag) => /^subvol(id)?=/.test(flag)),
    [`subvol=${path}`],
  );
}

/** The fstab of a copy names the copy, by its path. */
function checkFstab(root: RootFacts, { filesystem }: Observation): void {
  const { subvolume, fstab } = root;
  if (!subvolume.path.startsWith('be-hook/') || fstab.kind !== 'text') return;
  const entries = accept(parseFstab(fstab.text)).filter(({ source }) => source === `UUID=${filesystem.uuid}`);
  const own = entries.filter(({ mountpoint }) => mountpoint === '/');
  assert.equal(
    own.map(({ options }) => options.filter((word) => word.startsWith('subvol'))),
    [[`subvol=/${subvolume.path}`]],
  );
  const byId = entries.filter(({ options }) => options.some((word) => /^subvolid=(?!5$)/.test(word)));
  assert.equal(byId, [], 'nothing is mounted by a number');
  const said = [root.commandLine, ...grubRoot(root).defaults, ...root.blsEntries].map((file) =>
    file.kind === 'text' ? file.text : '',
  );
  const flags = said.flatMap((text) => text.match(/subvol(id)?=[^\s,"]*/g) ?? []);
  assert.equal(
    flags.filter((flag) => flag !== `subvol=${subvolume.path}`),
    [],
    'no file names another root',
  );
}
