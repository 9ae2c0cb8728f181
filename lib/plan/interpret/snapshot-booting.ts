import type { FstabEntry } from '../../formats/fstab.ts';
import { topLevelId } from '../../formats/subvolume-options.ts';
import type { BootLayout } from '../../model/boot-layout.ts';
import type { Observation, RootFacts, Subvolume } from '../../model/observation.ts';
import { isProblem } from '../../model/problem.ts';
import { snapperNumber } from '../../model/snapper.ts';
import type { Loader } from '../loader.ts';
import { readFstab } from './file-text.ts';
import { isRootEntry } from './volumes.ts';

/**
 * A root in which the default subvolume chooses the system to boot. Its fstab does not name the subvolume of the root,
 * and another one than the top level is the default. In addition GRUB resolves paths from the default subvolume, or
 * snapper made the root. openSUSE's `snapper rollback` and transactional-update change the default subvolume. GRUB then
 * reads the grub.cfg of another root. Each of these facts alone is harmless. With `subvol=` in fstab the root stays the
 * same (Fedora with snapper). Entries with absolute paths boot with any default subvolume. Where the default subvolume
 * is read-only, transactional-update maintains it, and the layout is `transactional`.
 */
export function findSnapshotBooting(
  root: RootFacts,
  fstab: readonly FstabEntry[],
  observation: Observation,
  relative: string | undefined,
): BootLayout | undefined {
  const defaultSubvolume = findDefault(observation);
  if (defaultSubvolume === undefined) return undefined;
  const line = fstab.find(isRootEntry);
  const chosen = line === undefined || line.options.some((option) => /^subvol(id)?=/.test(option));
  const bySnapper = snapperNumber(root.subvolume.path) !== undefined;
  if (chosen && !(bySnapper && defaultSubvolume.id === root.subvolume.id)) return undefined;
  if (relative === undefined && !bySnapper) return undefined;
  const isReadOnly = observation.readOnly.includes(defaultSubvolume.id);
  const signs = [
    `the default subvolume is /${defaultSubvolume.path}${isReadOnly ? ', which is read-only' : ''}`,
    ...(chosen ? [] : ['fstab names no subvolume for /']),
    ...(relative === undefined ? [] : [relative]),
  ];
  return { kind: isReadOnly ? 'transactional' : 'snapshot-booting', found: signs.join(', ') };
}

/** How the default subvolume decides what the machine boots. */
export interface DefaultChoice {
  /** Whether it decides, and be-hook may change it. */
  readonly follows: boolean;
  /** The root that it chooses. Undefined where it does not decide, or is not the root of a system. */
  readonly chosen: RootFacts | undefined;
}

/**
 * Derives whether the default subvolume decides what boots. The running root is the evidence, because two systems with
 * different boot loaders can share a file system. Where none runs, it is the recorded default, or the default subvolume.
 */
export function interpretDefault(observation: Observation, loader: Loader): DefaultChoice {
  const { active, filesystem, roots } = observation;
  const id = findDefault(observation)?.id;
  const root = roots.find(({ subvolume, osRelease }) => subvolume.id === id && osRelease.kind !== 'missing');
  const decisive =
    roots.find(({ subvolume }) => subvolume.id === filesystem.runningSubvolume) ??
    roots.find(({ subvolume }) => subvolume.uuid === active) ??
    root;
  const fstab = decisive === undefined || id === undefined ? [] : readFstab(decisive);
  if (decisive === undefined || id === undefined || isProblem(fstab)) return { follows: false, chosen: undefined };
  const layout = findSnapshotBooting(decisive, fstab, observation, loader.readRoot(decisive, observation).relative);
  return { follows: layout?.kind === 'snapshot-booting', chosen: layout === undefined ? undefined : root };
}

function findDefault({ filesystem, subvolumes }: Observation): Subvolume | undefined {
  const { defaultSubvolume } = filesystem;
  return defaultSubvolume === topLevelId ? undefined : subvolumes.find(({ id }) => id === defaultSubvolume);
}
