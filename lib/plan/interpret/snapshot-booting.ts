import type { FstabEntry } from '../../formats/fstab.ts';
import type { BootLayout } from '../../model/boot-layout.ts';
import type { Observation, RootFacts, Subvolume } from '../../model/observation.ts';
import { store } from '../../model/store.ts';
import { isRootEntry } from './volumes.ts';

/** Where snapper keeps the root of a snapshot (snapper(8)). */
const snapperRoot = /(^|\/)\.snapshots\/[0-9]+\/snapshot$/;

/** The id of the top level. */
const topLevel = 5;

/**
 * A root in which the default subvolume chooses the system to boot. Its fstab does not name the subvolume of the root,
 * and another one than the top level is the default. In addition GRUB resolves paths from the default subvolume, or
 * snapper made the root. openSUSE's `snapper rollback` and transactional-update change the default subvolume. GRUB then
 * reads another grub.cfg than the one that be-hook maintains. Each of these facts alone is harmless. With `subvol=` in
 * fstab the root stays the same (Fedora with snapper). Entries with absolute paths boot with any default subvolume.
 */
export function findSnapshotBooting(
  root: RootFacts,
  fstab: readonly FstabEntry[],
  observation: Observation,
  relative: string | undefined,
): BootLayout | undefined {
  const defaultSubvolume = findDefault(observation);
  if (defaultSubvolume === undefined || defaultSubvolume.path.startsWith(`${store}/`)) return undefined;
  const line = fstab.find(isRootEntry);
  const chosen = line === undefined || line.options.some((option) => /^subvol(id)?=/.test(option));
  const bySnapper = snapperRoot.test(root.subvolume.path);
  if (chosen && !(bySnapper && defaultSubvolume.id === root.subvolume.id)) return undefined;
  if (relative === undefined && !bySnapper) return undefined;
  const signs = [
    `the default subvolume is /${defaultSubvolume.path}`,
    ...(chosen ? [] : ['fstab names no subvolume for /']),
    ...(relative === undefined ? [] : [relative]),
  ];
  return { kind: 'snapshot-booting', found: signs.join(', ') };
}

function findDefault({ filesystem, subvolumes }: Observation): Subvolume | undefined {
  const { defaultSubvolume } = filesystem;
  return defaultSubvolume === topLevel ? undefined : subvolumes.find(({ id }) => id === defaultSubvolume);
}
