import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { parseMenu } from '../../../lib/bootloaders/grub/parse-menu.ts';
import { keptPlace } from '../../../lib/model/kernel-record.ts';
import { defaultEntryOf, type Entry, entriesOf, type Menu } from '../../../lib/model/menu.ts';
import { isProblem, type Problem } from '../../../lib/model/problem.ts';
import type { Step } from '../../../lib/model/step.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { digestOf } from '../separate-boot-facts.ts';
import { type BootModel, type Kernels, planBoot } from './commands.ts';
import { apply, type BootMachine, menuTextOf, observe } from './machine.ts';

/** The menu that GRUB shows. Throws if GRUB would show none, or an incomplete one. */
export function menuOf({ boot }: BootMachine): Menu {
  const menu = readMenu({ boot });
  assert.ok(menu !== undefined, 'there is a complete be-hook.cfg');
  const grubCfg = menuTextOf(boot, 'grub.cfg');
  const custom = grubCfg.includes('custom.cfg') ? menuTextOf(boot, 'custom.cfg') : '';
  assert.match(grubCfg + custom, handOver);
  assert.ok(defaultEntryOf(menu) !== undefined, 'the menu has its default');
  return menu;
}

const handOver = 'configfile "${config_directory}';

function readMenu({ boot }: Pick<BootMachine, 'boot'>): Menu | undefined {
  const text = menuTextOf(boot, 'be-hook.cfg');
  const [, pointed] = /^source "\$\{config_directory\}\/(.*)"$/m.exec(text) ?? [];
  if (pointed !== undefined) assert.is(text.length, 512, 'the pointer is one sector');
  return parseMenu(pointed === undefined ? text : menuTextOf(boot, pointed))?.menu;
}

/**
 * Every entry loads what its environment owned last, in one of the models. Entries of `stale` may be out of date, but a
 * kept copy that they name must be whole.
 */
export function checkEntries(machine: BootMachine, models: readonly BootModel[], stale?: string): void {
  for (const entry of entriesOf(menuOf(machine))) {
    if (entry.be !== stale) checkEntry(entry, machine, models);
    else for (const { path } of [entry.image, ...entry.initrds]) checkCopy(path, entry.release, machine);
  }
}

function checkCopy(path: string, release: string, { boot }: BootMachine): void {
  const digest = digestOf(boot.get(path)?.text ?? '');
  const copies = [keptPlace('vmlinuz', release, digest), keptPlace('initramfs', release, digest)];
  const isWhole = copies.some((copy) => copy.path === path);
  assert.ok(isWhole || !path.startsWith('be-hook/'), `${path} is whole`);
}

function checkEntry(entry: Entry, { boot, disk }: BootMachine, models: readonly BootModel[]): void {
  const { be, release, image, initrds, options } = entry;
  const text = (path: string | undefined): string | undefined => boot.get(path ?? '')?.text;
  assert.equal(
    [image, ...initrds].map(({ on }) => on),
    ['boot', 'boot'],
  );
  const loaded = { image: text(image.path), initrd: text(initrds[0]?.path) };
  const expected = models.flatMap(({ environments }) => environments.get(be)?.get(release) ?? []);
  const isExpected = expected.some((contents) => contents.image === loaded.image && contents.initrd === loaded.initrd);
  assert.ok(isExpected, `“${be}” ${release} loads ${JSON.stringify(loaded)} instead of ${JSON.stringify(expected)}`);
  const path = /subvol=([^,]*)/.exec(options.find((word) => word.startsWith('rootflags=')) ?? '')?.[1];
  assert.ok(
    disk.subvolumes.some((subvolume) => subvolume.path === path),
    `“${be}” has the root /${path}`,
  );
}

/** The machine after a sync. Throws if that is refused. */
export function withSync(machine: BootMachine): BootMachine {
  return apply(machine, planned(planBoot(machine, { verb: 'sync' }, 0)));
}

function planned(plan: ReturnType<typeof planBoot>): readonly Step[] {
  if (isProblem(plan)) throw new Error(`refused: ${JSON.stringify(plan)}`);
  assert.equal(plan.unresolved, []);
  return plan.steps;
}

/**
 * The laws after a sync: every environment has its entries, every entry loads what its environment owned last, the active
 * one is the default, there is no copy that no root has, and the next sync does nothing. After an interrupted command
 * each environment is in the state of one of the models.
 */
export function checkSynced(machine: BootMachine, models: readonly BootModel[]): void {
  checkEntries(machine, models);
  const menu = menuOf(machine);
  const state = interpretState(observe(machine), grub);
  for (const { name } of state.environments) {
    const shown = entriesOf(menu).flatMap(({ be, release }) => (be === name ? [release] : []));
    const allowed = models.flatMap(({ environments }) => [...(environments.get(name)?.keys() ?? [])].sort().join());
    assert.ok(
      allowed.includes(shown.sort().join()),
      `“${name}” has ${shown.join()} instead of ${allowed.join(' or ')}`,
    );
  }
  const names = state.environments.map(({ name }) => name);
  for (const model of models) {
    const inAll = [...model.environments.keys()].filter((name) =>
      models.every(({ environments }) => environments.has(name)),
    );
    for (const name of inAll)
      assert.ok(
        names.some((found) => found === name),
        `“${name}” is there`,
      );
  }
  assert.ok(
    models.some(({ active }) => active === defaultEntryOf(menu)?.be),
    'the active one is the default',
  );
  assert.equal(surplusCopies(machine, models), [], 'no copy is left over');
  const left = planned(planBoot(machine, { verb: 'sync' }, 0)).filter(({ kind }) => !kind.endsWith('needs-sync'));
  assert.equal(left, [], 'the next sync does nothing');
}

/** Kept copies with a content that no environment and no snapshot has. */
function surplusCopies({ boot }: BootMachine, models: readonly BootModel[]): readonly string[] {
  const needed = new Set(
    models.flatMap(({ environments, snapshots }) =>
      [...environments.values(), ...snapshots.values()].flatMap(copiesOf),
    ),
  );
  return [...boot.keys()].filter((path) => path.startsWith('be-hook/') && !needed.has(path));
}

function copiesOf(kernels: Kernels): readonly string[] {
  return [...kernels].flatMap(([release, { image, initrd }]) => [
    keptPlace('vmlinuz', release, digestOf(image)).path,
    keptPlace('initramfs', release, digestOf(initrd)).path,
  ]);
}

/** Whether a command was refused for a reason that has nothing to do with /boot. */
export function isOtherReason({ code }: Problem): boolean {
  return code === 'environment-in-use';
}
