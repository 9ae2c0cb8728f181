import type { FstabEntry } from '../../formats/fstab.ts';
import type { BootLayout } from '../../model/boot-layout.ts';
import { abilities } from '../../model/filesystem-type.ts';
import type { BootDirectoryFacts, BootFilesystemFacts, Observation, RootFacts } from '../../model/observation.ts';
import type { Loader, LoaderView } from '../loader.ts';
import { findBlsLoader, findEspEntries } from './bls-loader.ts';
import { findBootLine } from './boot-line.ts';
import { findSnapshotBooting } from './snapshot-booting.ts';
import { isNamed, mayBeBtrfs } from './volumes.ts';

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
  return (
    findBlsLoader(root, observation) ??
    findBootMount(root.boot, fstab, observation) ??
    findSnapshotBooting(root, fstab, observation, view.relative) ??
    findEspEntries(root, observation, view.hasDistributionMenu, loader.leadsHere(observation)) ?? {
      kind: 'boot-in-root',
    }
  );
}

/** The layout of a root whose /boot is not a directory of the root; undefined if it is one. */
function findBootMount(
  boot: BootDirectoryFacts,
  fstab: readonly FstabEntry[],
  observation: Observation,
): BootLayout | undefined {
  if (boot.kind === 'subvolume') return { kind: 'boot-subvolume', found: `the subvolume /${boot.path}` };
  if (boot.kind === 'placeholder') return { kind: 'boot-placeholder', found: `/${boot.path}` };
  const line = findBootLine(fstab);
  if (line !== undefined) {
    const found = `${line.type} on ${line.source}, by line ${line.line} of its fstab`;
    const isHere = mayBeBtrfs(line) && isNamed(line, observation.filesystem);
    return isHere ? { kind: 'boot-subvolume', found } : separateBoot(found, line, observation);
  }
  if (boot.kind === 'directory' && boot.mountedFrom !== undefined) {
    const fault = 'its fstab has no line for /boot';
    const found = `${boot.mountedFrom}, mounted now; ${fault}`;
    const isBtrfs = boot.mountedFrom.startsWith('btrfs ');
    return isBtrfs ? { kind: 'boot-subvolume', found } : { kind: 'separate-boot', found, fault };
  }
  return undefined;
}

function faultOf({ type, unsafe }: BootFilesystemFacts): string | undefined {
  // A replaced file on FAT may be missing after a power cut: see `abilities`.
  return unsafe ?? (abilities[type].atomicRename ? undefined : 'be-hook cannot replace its menu safely on this type');
}

function separateBoot(found: string, line: FstabEntry, { boot }: Observation): BootLayout {
  const isOpen = boot !== undefined && isNamed(line, boot);
  const fault = isOpen ? faultOf(boot) : 'be-hook cannot open this file system';
  return { kind: 'separate-boot', found: fault === undefined ? found : `${found}; ${fault}`, fault };
}
