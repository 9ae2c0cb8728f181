import type { PackageChanges } from './package.ts';

/** The file, symbolic link or directory at one path of a tree. */
export interface TreeEntry {
  readonly kind: 'file' | 'symlink' | 'directory';
  /** SHA-256 of a file's bytes in hexadecimal, the target of a symbolic link, '' for a directory. */
  readonly content: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /**
   * Extended attributes and ACLs in a form that can be compared. Labels are left out, because the SELinux policy sets
   * them.
   */
  readonly attributes: string;
}

/** A tree of files: the entry at each path. Paths start at the top of the tree, without a leading slash. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/** Three versions of the same tree: the common base, and the present version of each side. */
export interface ThreeTrees {
  /** The version when the copy was made. */
  readonly base: Tree;
  readonly source: Tree;
  readonly copy: Tree;
}

/** How packages changed, or why be-hook cannot find out. */
export type PackageDrift =
  | ({ readonly kind: 'known' } & PackageChanges)
  | { readonly kind: 'unknown'; readonly why: string };

/** Everything observed about a copy and its source. Paths of files start at /etc. */
export interface DriftFacts extends ThreeTrees {
  /** SHA-256 of the merge of all three versions, by path. Files that cannot be merged are left out. */
  readonly merged: ReadonlyMap<string, string>;
  /** Undefined if the copy has no list of packages, because they are not rpm's. */
  readonly packages: PackageDrift | undefined;
  /** Files below /usr that were written since, by their paths with a leading slash. */
  readonly usr: readonly string[];
}

/**
 * How a change of the source affects the copy. `take`: the copy can have the source's version. `merge`: the copy can
 * have both changes. `same`: the copy has it already. `conflict`: the copy keeps its own version. `own`: each system
 * has its own version of the file.
 */
export type DriftOutcome = 'take' | 'merge' | 'same' | 'conflict' | 'own';

/** A path below /etc that the source changed since the copy was made. */
export interface EtcDrift {
  /** With a leading slash. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly outcome: DriftOutcome;
}

/** The changes in a boot environment since another one was copied from it. */
export interface Drift {
  readonly source: string;
  readonly copy: string;
  readonly packages: PackageDrift | undefined;
  /** Sorted by path. */
  readonly etc: readonly EtcDrift[];
  /** Sorted by path. */
  readonly usr: readonly string[];
}

/** Whether there is no known change. */
export function isEmptyDrift({ packages, etc, usr }: Drift): boolean {
  return packages?.kind !== 'unknown' && !isStale({ packages }) && etc.length === 0 && usr.length === 0;
}

/** Whether packages changed. The copy then lacks updates that its source has, such as security fixes. */
export function isStale({ packages }: Pick<Drift, 'packages'>): boolean {
  if (packages?.kind !== 'known') return false;
  return [packages.added, packages.removed, packages.changed].some((list) => list.length > 0);
}
