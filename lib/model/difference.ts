import type { Package } from './package.ts';
import type { Volume } from './volume.ts';

/** What one side has and the other one has not. */
export interface Difference<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
}

/** A package in another version. */
export interface Moved {
  readonly from: Package;
  readonly to: Package;
}

/** How the installed packages differ, in the order of their names. */
export interface PackageDifference extends Difference<Package> {
  readonly upgraded: readonly Moved[];
  readonly downgraded: readonly Moved[];
}

/** In what a file differs from the one that has its path on the other side. */
export type FileAspect = 'type' | 'content' | 'target' | 'device' | 'mode' | 'owner';

/** How two trees of files differ; paths are from the root of their system, with a leading slash. */
export interface FileDifference extends Difference<string> {
  readonly changed: readonly { readonly path: string; readonly what: readonly FileAspect[] }[];
  /** What could not be compared, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

/** A volume, and whether it is this boot environment's alone. */
export interface OwnedVolume {
  readonly volume: Volume;
  readonly own: boolean;
}

/** How volumes differ: a mount point that both have may be another volume, or have another policy. */
export interface VolumeDifference extends Difference<OwnedVolume> {
  readonly changed: readonly { readonly from: OwnedVolume; readonly to: OwnedVolume }[];
}
