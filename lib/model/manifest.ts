import type { Subvolume } from './observation.ts';
import type { OpenFormat } from './open-format.ts';

/**
 * The contents of the stream of an exported boot environment. The manifest comes last, so a stream with a manifest is
 * complete.
 */
export interface Manifest extends OpenFormat {
  /** The name of the exported environment or snapshot, as the user typed it. */
  readonly name: string;
  readonly description?: string;
  /** The file system from which it was exported. */
  readonly filesystem: {
    readonly uuid: string;
    /** Names by which a line of fstab may refer to it. */
    readonly sources: readonly string[];
  };
  /** The root first, the outer ones before the inner ones. */
  readonly subvolumes: readonly ManifestSubvolume[];
  /** The volumes that its fstab mounts, or that lay inside of it, and that it shared with other environments. */
  readonly shared: readonly ManifestVolume[];
}

/** A subvolume of the stream. */
export interface ManifestSubvolume extends Pick<Subvolume, 'id' | 'path'> {
  /** Its name in the stream. */
  readonly name: string;
  /** Undefined for the root. */
  readonly mountpoint?: string;
  /** Where it lay inside of another subvolume of the stream: the name of that subvolume, and the path in it. */
  readonly inside?: { readonly name: string; readonly at: string };
}

/** A subvolume that is not in the stream. */
export interface ManifestVolume extends Pick<Subvolume, 'id' | 'path'> {
  readonly mountpoint: string;
  readonly nested: boolean;
}

/** The name of the root in a stream. */
export const rootName = 'root';

/** The name of the subvolume in a stream that contains the manifest. */
export const manifestName = 'manifest';

/** The file in that subvolume. */
export const manifestFile = 'manifest.json';
