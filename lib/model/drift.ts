import type { PackageChanges } from './upgrade.ts';

/** What one path of a tree is. */
export interface TreeEntry {
  readonly kind: 'file' | 'symlink' | 'directory';
  /** SHA-256 of a file's bytes in hexadecimal, the target of a symbolic link, '' for a directory. */
  readonly content: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Extended attributes and ACLs in a form that can be compared; without labels, which are the policy's affair. */
  readonly attributes: string;
}

/** A tree of files: what lies at each path, from its top and without a leading slash. */
export type Tree = ReadonlyMap<string, TreeEntry>;

/** Three versions of the same tree: what both sides were, and what each is now. */
export interface ThreeTrees {
  /** When the copy was made. */
  readonly base: Tree;
  readonly source: Tree;
  readonly copy: Tree;
}

/** How packages changed, or why nobody can tell. */
export type PackageDrift =
  | ({ readonly kind: 'known' } & PackageChanges)
  | { readonly kind: 'unknown'; readonly why: string };

/** Everything observed about a copy and what it was made of. Files are those below /etc, by their path from there. */
export interface DriftFacts extends ThreeTrees {
  /** SHA-256 of what a merge of all three versions is, by path; those that do not merge are left out. */
  readonly merged: ReadonlyMap<string, string>;
  /** Undefined where the copy has no list of them: they are not rpm's. */
  readonly packages: PackageDrift | undefined;
  /** Paths below /usr, with a leading slash, of files that were written since. */
  readonly usr: readonly string[];
}

/**
 * What a change of the source means to the copy: it can have it as it is, or merged with its own; it has the same
 * already; it has its own, which stays; or the file is one of those that each system has for itself.
 */
export type DriftOutcome = 'take' | 'merge' | 'same' | 'conflict' | 'own';

/** A path below /etc that the source changed since it was copied. */
export interface EtcDrift {
  /** With a leading slash. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly outcome: DriftOutcome;
}

/** What changed in a boot environment since another one was made of it. */
export interface Drift {
  readonly source: string;
  readonly copy: string;
  readonly packages: PackageDrift | undefined;
  /** In the order of their paths. */
  readonly etc: readonly EtcDrift[];
  /** In the order of their paths. */
  readonly usr: readonly string[];
}

/** Whether nothing changed that is known of. */
export function isEmptyDrift({ packages, etc, usr }: Drift): boolean {
  return packages?.kind !== 'unknown' && !isStale({ packages }) && etc.length === 0 && usr.length === 0;
}

/** Whether packages changed: the copy then lacks what its source has, such as an update for security. */
export function isStale({ packages }: Pick<Drift, 'packages'>): boolean {
  if (packages?.kind !== 'known') return false;
  return [packages.added, packages.removed, packages.changed].some((list) => list.length > 0);
}
