import { parseBlsEntry } from '../formats/bls-entry.ts';
import { type KernelRecord, keptPlace } from '../model/kernel-record.ts';
import { entriesOf, type Menu } from '../model/menu.ts';
import type { BootFilesystemFacts, Observation } from '../model/observation.ts';
import { printPlace } from '../model/place.ts';
import type { Plan, Step } from '../model/step.ts';
import { hasUnreadableRecord, listRecords } from './interpret/kernel-records.ts';
import type { World } from './world.ts';

/**
 * A plan that at its end also deletes the copies of kernels on a separate /boot that nothing needs after it. A copy is
 * needed if a record of a subvolume names it that the plan does not delete, or an entry of be-hook's menu or of the
 * distribution. If be-hook cannot read one of the records, it deletes nothing.
 */
export function withDroppedImages<P extends Plan>(plan: P, world: World): P {
  const { boot } = world.observation;
  if (boot === undefined || boot.kept.length === 0) return plan;
  const steps = dropImages(plan, boot, world);
  return steps.length === 0 ? plan : { ...plan, steps: [...plan.steps, ...steps] };
}

function dropImages({ steps, menu }: Plan, boot: BootFilesystemFacts, world: World): readonly Step[] {
  const remaining = withoutDeleted(world.observation, steps);
  if (hasUnreadableRecord(remaining)) return [];
  const menus = menu === undefined ? listMenus(world) : [menu];
  const needed = new Set([
    ...namesOf([...listRecords(remaining).values(), ...recordedBy(steps)]),
    ...steps.flatMap((step) => (step.kind === 'keep-file' ? [printPlace(step)] : [])),
    ...menus.flatMap(entriesOf).flatMap(({ image, initrds }) => [image, ...initrds].map(printPlace)),
  ]);
  const foreign = filesOfEntries(world.observation);
  return boot.kept
    .filter(({ on, path }) => !needed.has(printPlace({ on, path })) && !foreign.has(`/${path}`))
    .map(({ path }) => ({ kind: 'remove-file', on: 'boot', path, reason: 'no boot environment needs it any more' }));
}

/** The facts without the records of subvolumes that a plan deletes, and without those that it replaces. */
function withoutDeleted(observation: Observation, steps: readonly Step[]): Observation {
  const gone = steps.flatMap((step) =>
    step.kind === 'delete-subvolume' || step.kind === 'set-kernels' ? [step.path] : [],
  );
  return { ...observation, attributes: observation.attributes.filter(({ path }) => !gone.includes(path)) };
}

function recordedBy(steps: readonly Step[]): readonly KernelRecord[] {
  return steps.flatMap((step) => (step.kind === 'set-kernels' && step.kernels !== undefined ? [step.kernels] : []));
}

function namesOf(records: readonly KernelRecord[]): readonly string[] {
  return records.flatMap(({ kernels }) =>
    Object.entries(kernels).flatMap(([release, { image, initrd }]) => [
      ...(image?.digest === undefined ? [] : [printPlace(keptPlace('vmlinuz', release, image.digest))]),
      ...(initrd?.digest === undefined ? [] : [printPlace(keptPlace('initramfs', release, initrd.digest))]),
    ]),
  );
}

/** The menus of be-hook on disk. */
function listMenus({ observation, loader }: World): readonly Menu[] {
  return observation.roots.flatMap((root) => loader.readMenus(root).flatMap((menu) => menu ?? []));
}

/** The files of the distribution's boot loader entries. */
function filesOfEntries({ roots }: Observation): ReadonlySet<string> {
  const texts = roots.flatMap(({ blsEntries }) =>
    blsEntries.flatMap((file) => (file.kind === 'text' ? [file.text] : [])),
  );
  return new Set(
    texts.flatMap((text) => {
      const { linux, initrds } = parseBlsEntry(text);
      return linux === undefined ? initrds : [linux, ...initrds];
    }),
  );
}
