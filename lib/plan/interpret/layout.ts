import type { FstabEntry } from '../../formats/fstab.ts';
import { findBootEntry, isNamed, mayBeBtrfs, mountsAtBoot } from '../../formats/fstab-subvolume.ts';
import { topLevelId } from '../../formats/subvolume-options.ts';
import type { BootLayout } from '../../model/boot-layout.ts';
import { abilities } from '../../model/filesystem-type.ts';
import type { BootDirectoryFacts, BootFilesystemFacts, Observation, RootFacts } from '../../model/observation.ts';
import type { Loader, LoaderView } from '../loader.ts';
import { findBlsLoader, findEspEntries, findOtherReader } from './bls-loader.ts';
import { findSnapshotBooting } from './snapshot-booting.ts';

/** The facts outside of the root, and what the boot loader's files in it say. */
export interface LayoutFacts {
  readonly observation: Observation;
  readonly view: LoaderView;
  readonly loader: Loader;
}

/**
 * Derives where a root keeps its kernels, and from where its loader reads a menu. The evidence is the type of /boot,
 * the mounts in its fstab, and the signs of loaders that never read be-hook's menu. Statements of the root itself come
 * before conclusions.
 */
export function interpretLayout(
  root: RootFacts,
  fstab: readonly FstabEntry[],
  { observation, view, loader }: LayoutFacts,
): BootLayout {
  const { boot } = root;
  const { hasDistributionMenu } = view;
  const volume = boot.kind === 'directory' ? boot.subvolume : undefined;
  const espEntries = findEspEntries(root, observation, hasDistributionMenu, loader.leadsHere(observation));
  const isReadByFirmware =
    observation.boot !== undefined &&
    abilities[observation.boot.type].firmware &&
    mountsAtBoot(fstab, observation.boot);
  return (
    (loader.can.readsEntries ? findOtherReader(root, observation) : findBlsLoader(root, observation)) ??
    (isReadByFirmware ? espEntries : undefined) ??
    findOtherBoot(boot, fstab, observation, hasDistributionMenu) ??
    (volume === undefined ? undefined : findHiddenBoot(volume, root.subvolume, view.relative, observation)) ??
    findSnapshotBooting(root, fstab, observation, view.relative) ??
    espEntries ??
    (volume === undefined ? { kind: 'boot-in-root' } : { kind: 'boot-subvolume', found: `the subvolume /${volume}` })
  );
}

/** Where GRUB looks paths up from the default subvolume, it cannot reach a subvolume that lies beside that one. */
function findHiddenBoot(
  volume: string,
  { path }: RootFacts['subvolume'],
  relative: string | undefined,
  { filesystem }: Observation,
): BootLayout | undefined {
  if (relative === undefined || filesystem.defaultSubvolume === topLevelId) return undefined;
  if (volume.startsWith(`${path}/`)) return undefined;
  return { kind: 'boot-unresolved', found: `the subvolume /${volume}, but ${relative}` };
}

/**
 * The layout of a root whose /boot is neither a directory of the root nor a subvolume that be-hook can name; undefined
 * for any other.
 */
function findOtherBoot(
  boot: BootDirectoryFacts,
  fstab: readonly FstabEntry[],
  observation: Observation,
  hasDistributionMenu: boolean,
): BootLayout | undefined {
  const line = findBootEntry(fstab);
  if (line !== undefined && !(boot.kind === 'directory' && boot.subvolume !== undefined)) {
    if (mayBeBtrfs(line) && isNamed(line, observation.filesystem)) {
      return { kind: 'boot-unresolved', found: `${line.options.join(',')} in line ${line.line} of its fstab` };
    }
    const found = `${line.type} on ${line.source}, by line ${line.line} of its fstab`;
    return separateBoot(found, line, observation, hasDistributionMenu);
  }
  if (boot.kind === 'placeholder') return { kind: 'boot-placeholder', found: `/${boot.path}` };
  if (boot.kind !== 'directory' || boot.mountedFrom === undefined) return undefined;
  if (boot.mountedFrom.startsWith('btrfs '))
    return { kind: 'boot-unresolved', found: `${boot.mountedFrom}, mounted now` };
  const fault = line === undefined ? 'its fstab has no line for /boot' : 'its fstab names another /boot';
  return { kind: 'separate-boot', found: `${boot.mountedFrom}, mounted now; ${fault}`, fault };
}

/** Another boot loader than GRUB may read a file system that firmware can read. */
function faultOf({ type, unsafe }: BootFilesystemFacts, hasDistributionMenu: boolean): string | undefined {
  return unsafe ?? (abilities[type].firmware && !hasDistributionMenu ? 'there is no grub.cfg on it' : undefined);
}

function separateBoot(
  found: string,
  line: FstabEntry,
  { boot }: Observation,
  hasDistributionMenu: boolean,
): BootLayout {
  const isOpen = boot !== undefined && isNamed(line, boot);
  const fault = isOpen
    ? faultOf(boot, hasDistributionMenu)
    : 'be-hook cannot open this file system: it may be read-only, or not mounted on /boot';
  return { kind: 'separate-boot', found: fault === undefined ? found : `${found}; ${fault}`, fault };
}
