import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { grubRoot } from '../../../lib/bootloaders/grub/facts.ts';
import { parseMenu } from '../../../lib/bootloaders/grub/parse-menu.ts';
import { defaultEntryOf } from '../../../lib/model/menu.ts';
import type { Observation } from '../../../lib/model/observation.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { deletionsFirst } from '../../../lib/plan/deletions-first.ts';
import { planDestroy } from '../../../lib/plan/destroy.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { applyInMemory } from '../../support/apply-in-memory.ts';
import { aSystem, planned } from '../../support/builders.ts';

const test = suite('deletionsFirst');

/** `main`, which boots by default, and its copies `old` and `older`. The menu is up to date. */
function scene(): Observation {
  const main = aSystem().withTools({ firmware: 'bios' }).withBe('main').withKernel('6.1').running().active();
  const copies = ['old', 'older'].reduce(
    (system, name) => system.withBe(name).withKernel('6.1').copiedFrom('main'),
    main,
  );
  const observation = { ...copies.observation(), uses: [] };
  return applyInMemory(
    observation,
    planned(planSync(worldOf(observation, grub), { refreshDistributionMenu: false })).steps,
  );
}

function destroy(observation: Observation): Plan {
  return planned(planDestroy(worldOf(observation, grub), { name: 'old', snapshot: undefined }));
}

test('has the result of the plan, and every menu has a valid default after each step', () => {
  const before = scene();
  const plan = destroy(before);
  const other = deletionsFirst(plan);
  assert.ok(other);
  const { steps } = other;
  assert.equal(applyInMemory(before, steps), applyInMemory(before, plan.steps));
  for (let length = 0; length <= steps.length; length += 1) {
    const { roots, subvolumes } = applyInMemory(before, steps.slice(0, length));
    for (const { menu: file } of roots.flatMap((root) => grubRoot(root).menuDirectories)) {
      const menu = file.kind === 'text' ? parseMenu(file.text)?.menu : undefined;
      const chosen = menu && defaultEntryOf(menu);
      assert.ok(subvolumes.some(({ path }) => chosen?.image.path.startsWith(`${path}/`)));
    }
  }
});

test('deletes before it writes, and commits after each file', () => {
  const kinds = deletionsFirst(destroy(scene()))?.steps.map(({ kind }) => kind) ?? [];
  assert.ok(kinds.indexOf('delete-subvolume') < kinds.indexOf('wait-for-space'));
  assert.ok(kinds.indexOf('wait-for-space') < kinds.indexOf('write-file'));
  for (const [index, kind] of kinds.entries())
    if (kind === 'write-file') assert.is(kinds[index + 1], 'sync-filesystem');
});

test('keeps the order of a plan that deletes no environment', () => {
  const sync = planned(planSync(worldOf(scene(), grub), { refreshDistributionMenu: false }));
  assert.is(deletionsFirst(sync), undefined);
});

test('keeps the order if the default of a menu on the disk will be deleted', () => {
  const settled = scene();
  const old = interpretState(settled, grub).environments.find(({ name }) => name === 'old');
  const chosen = { ...settled, active: old?.subvolume.uuid };
  const interrupted = applyInMemory(
    settled,
    planned(planSync(worldOf(chosen, grub), { refreshDistributionMenu: false })).steps,
  );
  const plan = destroy(interrupted);
  assert.ok(plan.steps.length > 0);
  assert.is(deletionsFirst(plan), undefined);
});

test.run();
