import type { Subvolume } from './observation.ts';

/** The directory below which be-hook mounts environments if the user names no directory. Only root can enter it. */
export const mountBase = '/run/be-hook/mnt';

/**
 * The root of a command's environment in its private mount namespace. Other processes see nothing there, except those
 * that search all mount namespaces of the machine.
 */
export const execBase = '/run/be-hook/exec';

/**
 * Where a package manager that works in a boot environment finds downloaded packages. It is in a /run that exists only
 * during the job.
 */
export const packagesPlace = '/run/be-hook/packages';

/** One subvolume and its mount point. */
export interface SubvolumeMount {
  /** Absolute, without symbolic links. */
  readonly mountpoint: string;
  readonly subvolume: Pick<Subvolume, 'id' | 'path'>;
  readonly readOnly: boolean;
}

/** A mount that this process sees. */
export interface SeenMount {
  readonly mountpoint: string;
  /** The id of the mounted subvolume, if it belongs to the observed file system and is mounted as a whole. */
  readonly subvolume: number | undefined;
  readonly readOnly: boolean;
}

/** A mount that be-hook removes. */
export interface Unmounted {
  readonly mountpoint: string;
  /** Undefined if be-hook could not mount it again. */
  readonly subvolume: SubvolumeMount['subvolume'] | undefined;
  readonly readOnly: boolean;
}

/** Facts about a path that is to become a mount point. */
export interface DirectoryFacts {
  /** As the user typed it. */
  readonly asked: string;
  /** With all symbolic links above it resolved; undefined where the directory above it is missing. */
  readonly path: string | undefined;
  /**
   * Its path once the missing directories above it are made. Undefined if be-hook cannot make them, or if no directory
   * is missing.
   */
  readonly pathWhenMounted?: string | undefined;
  /** With its own symbolic link resolved too; undefined if the path does not exist. */
  readonly real: string | undefined;
  readonly kind: 'missing' | 'empty' | 'filled' | 'mountpoint' | 'symlink' | 'no-directory';
}

/** The place of a mount point inside an environment. */
export interface PlaceFacts {
  /** As its fstab names it. */
  readonly mountpoint: string;
  /**
   * From the environment's root with a leading slash and without symbolic links; undefined if nothing can be mounted
   * there.
   */
  readonly place: string | undefined;
}

/** The facts that mounting needs in addition to the boot environments. */
export interface MountingFacts {
  /** The youngest last. */
  readonly mounts: readonly SeenMount[];
  readonly directory: DirectoryFacts | undefined;
  readonly places: readonly PlaceFacts[];
  /** Where the environment's /etc/resolv.conf points, if it is a symbolic link. */
  readonly resolverLink: string | undefined;
}

/** The request for `MountingFacts`. */
export interface MountingRequest {
  readonly directory?: string;
  /** The environment to mount, and the mount points in it, the outer ones first. */
  readonly inside?: {
    readonly root: Subvolume;
    /** `subvolume` is undefined for a mount point of anything else. */
    readonly points: readonly { readonly mountpoint: string; readonly subvolume: Subvolume | undefined }[];
  };
}
