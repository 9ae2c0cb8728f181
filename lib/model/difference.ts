import type { Volume } from './volume.ts';

/** The elements that only one of two sides has. */
export interface Difference<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
}

/** The parts of a kernel. */
export type KernelPart = 'image' | 'initramfs';

/** How the kernels of two sides differ, by release. `changed`: both have the release, with other content. */
export interface KernelDifference extends Difference<string> {
  readonly changed: readonly { readonly release: string; readonly what: readonly KernelPart[] }[];
}

/** In which aspect a file differs from the file with the same path on the other side. */
export type FileAspect = 'type' | 'content' | 'target' | 'device' | 'mode' | 'owner';

/** How two trees of files differ. Paths start at the root of their system, with a leading slash. */
export interface FileDifference extends Difference<string> {
  readonly changed: readonly { readonly path: string; readonly what: readonly FileAspect[] }[];
  /** Files that be-hook could not compare, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

/** A volume, and whether only this boot environment uses it. */
export interface OwnedVolume {
  readonly volume: Volume;
  readonly own: boolean;
}

/** How volumes differ. The volume at a mount point that both sides have may be another one, or have another policy. */
export interface VolumeDifference extends Difference<OwnedVolume> {
  readonly changed: readonly { readonly from: OwnedVolume; readonly to: OwnedVolume }[];
}
