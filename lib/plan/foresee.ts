import { printMark } from '../formats/mark.ts';
import type { KeptCopy, KernelRecord } from '../model/kernel-record.ts';
import type { Mark } from '../model/mark.ts';
import type { Observation, RootFacts, Subvolume } from '../model/observation.ts';
import type { Clone } from './clone.ts';
import { recordOf } from './interpret/kernel-records.ts';
import { type World, worldOf } from './world.ts';

/** A change of observable facts by steps of a plan, which was made for `world`. */
export type Change = (observation: Observation, world: World) => Observation;

/** The world after the steps of a plan. Planners derive the menu from it before the steps are executed. */
export function foresee(world: World, ...changes: readonly Change[]): World {
  return worldOf(
    changes.reduce((before, change) => change(before, world), world.observation),
    world.loader,
  );
}

/** A root has this mark; undefined makes it an ordinary subvolume, and the record of its kernels no longer counts. */
export function withMark({ id, path }: Subvolume, mark: Mark | undefined): Change {
  const change = changeRoot(id, (root) => ({ ...root, mark: mark === undefined ? undefined : printMark(mark) }));
  if (mark !== undefined) return change;
  return (observation, world) => {
    const attributes = observation.attributes.filter((one) => one.path !== path || one.name !== 'kernels');
    const { boot } = observation;
    const foreign = [...(boot?.foreign ?? []), ...stampsOf(recordOf({ path }, observation))];
    return change({ ...observation, attributes, boot: boot && { ...boot, foreign } }, world);
  };
}

/** The stamps of the files in /boot that belong to a root. */
function stampsOf(record: KernelRecord | undefined): readonly string[] {
  return Object.values(record?.kernels ?? {}).flatMap(({ image, initrd }) =>
    [image?.stamp, initrd?.stamp].flatMap((stamp) => stamp ?? []),
  );
}

/**
 * A subvolume is recorded as the default; undefined removes the record. Where the default subvolume chooses what boots,
 * the recorded one is the default subvolume.
 */
export function withActive(uuid: string | undefined): Change {
  return (observation, { state }) => {
    const id = observation.subvolumes.find((subvolume) => subvolume.uuid === uuid)?.id;
    const moved = state.followsDefault && id !== undefined ? { defaultSubvolume: id } : {};
    return { ...observation, active: uuid, filesystem: { ...observation.filesystem, ...moved } };
  };
}

/** A root has other facts. */
export function withRoot(root: RootFacts): Change {
  return changeRoot(root.subvolume.id, () => root);
}

/** A copy is complete, and has this mark. */
export function withClone(clone: Clone, mark: Mark): Change {
  return (observation) => ({
    ...observation,
    subvolumes: [...observation.subvolumes, ...clone.subvolumes],
    attributes: [...observation.attributes, ...clone.attributes],
    store: [...observation.store, clone.directory],
    roots: [...observation.roots, { ...clone.root, mark: printMark(mark) }],
    digests: { ...observation.digests, ...clone.digests },
  });
}

/** A directory with everything in it is deleted. */
export function withoutDirectory(directory: string): Change {
  const stays = (path: string): boolean => path !== directory && !path.startsWith(`${directory}/`);
  return (observation) => ({
    ...observation,
    subvolumes: observation.subvolumes.filter(({ path }) => stays(path)),
    roots: observation.roots.filter(({ subvolume }) => stays(subvolume.path)),
    attributes: observation.attributes.filter(({ path }) => stays(path)),
    store: observation.store.filter(stays),
  });
}

/** These copies are on the separate /boot. */
export function withCopies(copies: readonly KeptCopy[]): Change {
  return (observation) => {
    const { boot } = observation;
    if (boot === undefined) return observation;
    const kept = copies.map(({ to, size }) => {
      const name = to.path.split('/').at(-1) ?? '';
      return { name, ...to, target: to.path, size, fault: undefined, stamp: '' };
    });
    const used = copies.reduce((sum, { size }) => sum + size, 0);
    return { ...observation, boot: { ...boot, kept: [...boot.kept, ...kept], free: boot.free - used } };
  };
}

/** An attribute of be-hook has this value. */
export function withAttribute(path: string, name: string, value: string): Change {
  return (observation) => {
    const others = observation.attributes.filter((attribute) => attribute.path !== path || attribute.name !== name);
    return { ...observation, attributes: [...others, { path, name, value }] };
  };
}

/**
 * be-hook may write into the directories from which a loader reads the menu of this root, because the administrator
 * asked for it.
 */
export function withPermission(path: string): Change {
  return (observation) => ({
    ...observation,
    roots: observation.roots.map((root) => (root.subvolume.path === path ? { ...root, hasBeHook: true } : root)),
  });
}

function changeRoot(id: number, change: (root: RootFacts) => RootFacts): Change {
  return (observation) => ({
    ...observation,
    roots: observation.roots.map((root) => (root.subvolume.id === id ? change(root) : root)),
  });
}
