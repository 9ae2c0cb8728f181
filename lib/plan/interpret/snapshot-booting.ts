import type { FstabEntry } from '../../formats/fstab.ts';
import { isRelative } from '../../formats/grub-stub.ts';
import type { BootLayout } from '../../model/boot-layout.ts';
import type { Observation, RootFacts, Subvolume } from '../../model/observation.ts';
import { BeHookError } from '../../model/problem.ts';
import { store } from '../../model/store.ts';
import { interpretGrubDefaults } from '../interpret/grub-defaults.ts';
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
): BootLayout | undefined {
  const defaultSubvolume = findDefault(observation);
  if (defaultSubvolume === undefined || defaultSubvolume.path.startsWith(`${store}/`)) return undefined;
  const line = fstab.find(isRootEntry);
  const chosen = line === undefined || line.options.some((option) => /^subvol(id)?=/.test(option));
  const bySnapper = snapperRoot.test(root.subvolume.path);
  if (chosen && !(bySnapper && defaultSubvolume.id === root.subvolume.id)) return undefined;
  const relative = findRelative(root, observation);
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

/** The evidence that GRUB resolves paths from the default subvolume. */
function findRelative(root: RootFacts, { filesystem, tools }: Observation): string | undefined {
  const menuDirectory = root.menuDirectories.find(({ grubCfg }) => grubCfg.kind === 'text' && isRelative(grubCfg.text));
  if (menuDirectory !== undefined) return `/${menuDirectory.grubCfg.path} sets btrfs_relative_path`;
  const runs = root.subvolume.id === filesystem.runningSubvolume;
  const stub = tools.stubs.find((stub) => stub.relative && stub.filesystemUuid === filesystem.uuid);
  if (runs && stub !== undefined) return `/${stub.path} sets btrfs_relative_path`;
  return isSnapshotBooting(root) ? 'SUSE_BTRFS_SNAPSHOT_BOOTING=true is set for grub2-mkconfig' : undefined;
}

function isSnapshotBooting({ grubDefaults }: RootFacts): boolean {
  try {
    return interpretGrubDefaults(grubDefaults).get('SUSE_BTRFS_SNAPSHOT_BOOTING') === 'true';
  } catch (error) {
    if (error instanceof BeHookError) return false;
    throw error;
  }
}
