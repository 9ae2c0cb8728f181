import type { Subvolume } from './observation.ts';

/** The directory below which environments are mounted that nobody named a directory for. Only root gets into it. */
export const mountBase = '/run/be-hook/mnt';

/**
 * Where a command's environment is in the mount namespace that it has for itself. Nobody else sees anything there, but
 * those who look through all namespaces of the machine.
 */
export const execBase = '/run/be-hook/exec';

/** Where a package manager at work in a boot environment finds what was downloaded; in a /run that is gone afterwards. */
export const packagesPlace = '/run/be-hook/packages';

/** One subvolume in its place. */
export interface SubvolumeMount {
  /** Absolute, without symbolic links. */
  readonly mountpoint: string;
  readonly subvolume: Pick<Subvolume, 'id' | 'path'>;
  readonly readOnly: boolean;
}

/** Something that is mounted where this process sees it. */
export interface SeenMount {
  readonly mountpoint: string;
  /** Which subvolume of the file system that is looked at, if it is one and mounted as a whole. */
  readonly subvolume: number | undefined;
  readonly readOnly: boolean;
}

/** Something that was mounted. */
export interface Unmounted {
  readonly mountpoint: string;
  /** Undefined for what could not be mounted again. */
  readonly subvolume: SubvolumeMount['subvolume'] | undefined;
  readonly readOnly: boolean;
}

/** What lies at a path on which something is to be mounted. */
export interface DirectoryFacts {
  /** As it was asked for. */
  readonly asked: string;
  /** With all symbolic links above it resolved; undefined where the directory above it is missing. */
  readonly path: string | undefined;
  /** What it would be if the missing directories above it were made; undefined where they cannot be, or none is missing. */
  readonly made?: string | undefined;
  /** With its own symbolic link resolved too; undefined where nothing is there. */
  readonly real: string | undefined;
  readonly kind: 'missing' | 'empty' | 'filled' | 'mountpoint' | 'symlink' | 'no-directory';
}

/** Where a mount point of an environment is inside of it. */
export interface PlaceFacts {
  /** As its fstab writes it. */
  readonly mountpoint: string;
  /** From the environment's root with a leading slash and without symbolic links; undefined where nothing can be mounted. */
  readonly place: string | undefined;
}

/** What mounting has to know of the machine beside its boot environments. */
export interface MountingFacts {
  /** The youngest last. */
  readonly mounts: readonly SeenMount[];
  readonly directory: DirectoryFacts | undefined;
  readonly places: readonly PlaceFacts[];
  /** Where the environment's /etc/resolv.conf points, if it is a symbolic link. */
  readonly resolverLink: string | undefined;
}

/** What is to be looked at for `MountingFacts`. */
export interface MountingRequest {
  readonly directory?: string;
  /** The environment that is to be mounted, and the mount points in it, the outer ones first. */
  readonly inside?: {
    readonly root: Subvolume;
    /** `subvolume` is undefined for what is no subvolume. */
    readonly points: readonly { readonly mountpoint: string; readonly subvolume: Subvolume | undefined }[];
  };
}
