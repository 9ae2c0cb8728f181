import type { Subvolume } from './observation.ts';
import type { OpenFormat } from './open-format.ts';

/** What the stream of an exported boot environment consists of; it comes last in it, so that a stream with it is whole. */
export interface Manifest extends OpenFormat {
  /** What was exported, as the user called it. */
  readonly name: string;
  readonly description?: string;
  /** The file system that it was exported from. */
  readonly filesystem: {
    readonly uuid: string;
    /** What a line of fstab may call it. */
    readonly sources: readonly string[];
  };
  /** The root first, the outer ones before the inner ones. */
  readonly subvolumes: readonly ManifestSubvolume[];
  /** The volumes that its fstab mounts, or that lay inside of it, and that it shared with others. */
  readonly shared: readonly ManifestVolume[];
}

/** A subvolume of the stream. */
export interface ManifestSubvolume extends Pick<Subvolume, 'id' | 'path'> {
  /** What it is called in the stream. */
  readonly name: string;
  /** Undefined for the root. */
  readonly mountpoint?: string;
  /** Where it lay inside of another subvolume of the stream: which one, and the path in it. */
  readonly inside?: { readonly name: string; readonly at: string };
}

/** A subvolume that is not in the stream. */
export interface ManifestVolume extends Pick<Subvolume, 'id' | 'path'> {
  readonly mountpoint: string;
  readonly nested: boolean;
}

/** The name of the root in a stream. */
export const rootName = 'root';

/** The name of the subvolume in a stream that has the manifest. */
export const manifestName = 'manifest';

/** The file in it. */
export const manifestFile = 'manifest.json';
