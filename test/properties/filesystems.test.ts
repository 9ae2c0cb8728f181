import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { entriesOf, isSameEntry, type Menu } from '../../lib/model/menu.ts';
import { type FilesystemId, filesystemIds, type Place, printPlace } from '../../lib/model/place.ts';
import type { Step } from '../../lib/model/step.ts';
import { planSync } from '../../lib/plan/sync.ts';
import { worldOf } from '../../lib/plan/world.ts';
import { planned } from '../support/builders.ts';
import { type Files, MemoryFilesystems, type Outcome, outcomes } from '../support/memory-filesystems.ts';
import {
  anyPlacedMachine,
  type Lead,
  nameAt,
  observe,
  type PlacedMachine,
  placedLoader,
  placesOf,
  treeOf,
  withoutFresh,
} from '../support/placed-machine.ts';

/** The steps that make the menus of a machine. */
function stepsFor(machine: PlacedMachine): readonly Step[] {
  const world = worldOf(observe(machine), placedLoader(machine));
  return planned(planSync(world, { refreshDistributionMenu: false })).steps;
}

/** The images, initrds and roots of a machine. */
function contentOf(machine: PlacedMachine): readonly Place[] {
  const { roots } = observe(machine);
  const files = roots.flatMap(({ boot }) => (boot.kind === 'directory' ? boot.files : []));
  const trees = machine.flatMap(({ kernels }, index) => (kernels.length === 0 ? [] : [treeOf(nameAt(index))]));
  return [...files.map(({ on, target }) => ({ on, path: target })), ...trees];
}

const whole = (place: Place): string => `the whole of ${printPlace(place)}`;

/** The machine with its old menus on disk, and its fresh files not yet. */
function begin(machine: PlacedMachine): MemoryFilesystems {
  const disks = new MemoryFilesystems();
  const old = withoutFresh(machine);
  const present = contentOf(old);
  for (const place of present) disks.write(place, whole(place));
  for (const step of stepsFor(old)) disks.execute(step);
  for (const on of filesystemIds) disks.sync(on);
  const known = new Set(present.map(printPlace));
  for (const place of contentOf(machine)) if (!known.has(printPlace(place))) disks.write(place, whole(place));
  return disks;
}

function read(files: Files, place: Place): unknown {
  const text = files.get(printPlace(place));
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every menu that can be read has a default, and entries whose files are whole. Every lead reaches a menu. */
function check(machine: PlacedMachine, files: Files): void {
  for (const [index, { fresh }] of machine.entries()) {
    const { lead, menu } = placesOf(machine, index);
    const shown = read(files, menu) as Menu | undefined;
    if (shown !== undefined) checkMenu(shown, files);
    const leads = read(files, lead) as Lead | undefined;
    assert.ok(fresh || leads !== undefined, `${printPlace(lead)} is there`);
    if (leads === undefined) continue;
    assert.ok(shown !== undefined, `${printPlace(lead)} leads to a menu`);
    assert.ok(
      entriesOf(shown).some((entry) => isSameEntry(entry, leads.entry)),
      'the menu has its default',
    );
  }
}

function checkMenu(menu: Menu, files: Files): void {
  assert.ok(
    entriesOf(menu).some((entry) => isSameEntry(entry, menu.default)),
    'the default is in the menu',
  );
  for (const { be, image, initrds } of entriesOf(menu))
    for (const place of [image, ...initrds, treeOf(be)]) assert.is(files.get(printPlace(place)), whole(place));
}

type Change = (steps: readonly Step[]) => readonly Step[];

/** A power cut at any point of a sync, and any outcome of each write that no barrier followed. */
function afterCut(change: Change): fc.IProperty<[PlacedMachine, number, Outcome[]]> {
  const choices = fc.array(fc.constantFrom(...outcomes), { minLength: 1, maxLength: 24 });
  return fc.property(anyPlacedMachine, fc.nat(), choices, (machine, point, chosen) => {
    const disks = begin(machine);
    const steps = change(stepsFor(machine));
    for (const step of steps.slice(0, point % (steps.length + 1))) disks.execute(step);
    check(machine, disks.cut(chosen));
  });
}

const test = suite('a machine with three file systems');

test('boots whole kernels after a power cut at any point of a sync', () => {
  fc.assert(
    afterCut((steps) => steps),
    { numRuns: 3000 },
  );
});

const isWrite = ({ kind }: Step): boolean => kind === 'write-file';

/** Without the barriers of a file system that stand before the first menu, or else without those after it. */
const without = (on: FilesystemId, where: 'first' | 'later'): Change => {
  return (steps) => {
    const menus = steps.findIndex(isWrite);
    return steps.filter(
      (step, index) => step.kind !== 'sync-filesystem' || step.on !== on || index < menus !== (where === 'first'),
    );
  };
};

for (const on of filesystemIds) {
  test(`may not boot if no barrier of ${on} stands before the menus`, () => {
    const { failed } = fc.check(afterCut(without(on, 'first')), { numRuns: 5000, endOnFailure: true });

    assert.ok(failed);
  });

  test(`may not boot if no barrier of ${on} stands behind the menus`, () => {
    const { failed } = fc.check(afterCut(without(on, 'later')), { numRuns: 5000, endOnFailure: true });

    assert.ok(failed);
  });
}

test.run();
