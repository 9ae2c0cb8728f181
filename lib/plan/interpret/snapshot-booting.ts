import type { FstabEntry } from '../../formats/fstab.ts';
import { isRootEntry } from '../../formats/fstab-subvolume.ts';
import { topLevelId } from '../../formats/subvolume-options.ts';
import type { BootLayout } from '../../model/boot-layout.ts';
import type { Observation, RootFacts, Subvolume } from '../../model/observation.ts';
import { snapperNumber } from '../../model/snapper.ts';

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

/** The default subvolume, unless it is the top level. */
export function findDefault({ filesystem, subvolumes }: Observation): Subvolume | undefined {
  const { defaultSubvolume } = filesystem;
  return defaultSubvolume === topLevelId ? undefined : subvolumes.find(({ id }) => id === defaultSubvolume);
}
