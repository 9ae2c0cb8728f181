import type { BootEnvironment, SystemState } from '../model/environment.ts';
import type { KeptCopy, KernelRecord } from '../model/kernel-record.ts';
import type { Menu } from '../model/menu.ts';
import type { Observation } from '../model/observation.ts';
import { printPlace } from '../model/place.ts';
import type { Problem } from '../model/problem.ts';
import type { Step } from '../model/step.ts';

/** Bytes that stay free on a separate /boot, for the menus and for files of the distribution. */
export const bootReserve = 4 * 1024 * 1024;

/** The steps for copies of kernels on a separate /boot. Each list must be on disk before the next one begins. */
export interface KeptSteps {
  readonly copies: readonly Step[];
  readonly records: readonly Step[];
  /** Deletes what jobs wrote, and be-hook has copied and recorded. */
  readonly collected: readonly Step[];
  /** Copies for which there is no space. The menu can name the present files meanwhile. */
  readonly omitted: readonly KeptCopy[];
  readonly warnings: readonly Problem[];
}

/** Plans the missing copies of all environments, the active one's first, and their records. */
export function planKeptImages({ environments }: SystemState, { boot }: Pick<Observation, 'boot'>): KeptSteps {
  const served = environments.filter(({ readOnly, state }) => !readOnly && state === undefined);
  const copies = new Map<string, KeptCopy>();
  const omitted = new Map<string, KeptCopy>();
  let free = (boot?.free ?? 0) - bootReserve;
  for (const copy of served.flatMap(({ keptImages }) => keptImages?.copies ?? [])) {
    const key = printPlace(copy.to);
    if (copies.has(key) || omitted.has(key)) continue;
    const fits = copy.size <= free;
    (fits ? copies : omitted).set(key, copy);
    if (fits) free -= copy.size;
  }
  const isComplete = ({ keptImages }: BootEnvironment): boolean =>
    keptImages?.copies.every(({ to }) => !omitted.has(printPlace(to))) ?? false;
  return {
    copies: keepFiles([...copies.values()]),
    records: served.filter(isComplete).flatMap(recordKernels),
    collected: served.filter(isComplete).flatMap(removeCollected),
    omitted: [...omitted.values()],
    warnings: boot === undefined ? [] : findShortage([...omitted.values()], boot.free),
  };
}

/** The steps that make copies. */
export function keepFiles(copies: readonly KeptCopy[]): readonly Step[] {
  const reason = 'another environment can overwrite or delete the file in /boot';
  return copies.map(({ from, to, digest, size }) => ({ kind: 'keep-file', ...to, from, digest, size, reason }));
}

/** `boot-space-short` if there is no space for these copies. */
export function findShortage(copies: readonly KeptCopy[], free: number): readonly Problem[] {
  if (copies.length === 0) return [];
  const needed = copies.reduce((sum, { size }) => sum + size, bootReserve);
  return [{ code: 'boot-space-short', needed, free }];
}

/** The step that records kernels. */
export function setKernels(path: string, kernels: KernelRecord | undefined): Step {
  return { kind: 'set-kernels', path, kernels, reason: 'the environment must find its kernels on the shared /boot' };
}

function recordKernels({ subvolume, keptImages }: BootEnvironment): readonly Step[] {
  return keptImages === undefined || keptImages.isRecorded ? [] : [setKernels(subvolume.path, keptImages.record)];
}

function removeCollected({ keptImages }: BootEnvironment): readonly Step[] {
  const reason = 'be-hook keeps a copy on /boot';
  return (keptImages?.collected ?? []).map((path) => ({ kind: 'remove-file', on: 'root', path, reason }));
}

/** A menu that names the present files instead of the copies for which there is no space. */
export function withPresentFiles(menu: Menu, omitted: readonly KeptCopy[]): Menu {
  if (omitted.length === 0) return menu;
  const present = new Map(omitted.map(({ from, to }) => [printPlace(to), from]));
  const groups = menu.groups.map((group) => ({
    ...group,
    entries: group.entries
      .map((entry) => ({
        ...entry,
        image: present.get(printPlace(entry.image)) ?? entry.image,
        initrds: entry.initrds.map((initrd) => present.get(printPlace(initrd)) ?? initrd),
      }))
      // What a job made is not on the file system of the other files yet.
      .filter(({ image, initrds }) => initrds.every(({ on }) => on === image.on)),
  }));
  return { ...menu, groups: groups.filter(({ entries }) => entries.length > 0) };
}
