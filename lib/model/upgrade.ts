import type { OpenFormat } from './open-format.ts';

/**
 * Where a job in a copy of a system leaves what it has to tell, inside of the copy: it goes where the copy goes. /usr/lib,
 * for that is a part of the root wherever rpm is at home.
 */
export const evidencePlace = '/usr/lib/sysimage/be-hook';

/** The directory in there that has /etc as it was when the copy was made. */
export const etcBefore = `${evidencePlace}/etc-before`;

/** The package managers that be-hook knows how to start. */
export type PackageManager = 'dnf5' | 'dnf4' | 'zypper';

/** What a package manager is to do, in words of its own, and with which program if that was said. */
export interface PackageCommand {
  readonly manager: PackageManager | undefined;
  /** Without the program; empty is an upgrade of everything. */
  readonly words: readonly string[];
}

/** One installed package, as rpm names it. */
export interface InstalledPackage {
  readonly name: string;
  /** `EPOCH:VERSION-RELEASE`, the epoch left out where it is 0. */
  readonly version: string;
  readonly arch: string;
}

/** How a set of packages became another one. */
export interface PackageChanges {
  readonly added: readonly InstalledPackage[];
  readonly removed: readonly InstalledPackage[];
  readonly changed: readonly {
    readonly name: string;
    readonly arch: string;
    readonly from: string;
    readonly to: string;
  }[];
}

/** How far a job in a copy of a boot environment came. */
export type JobStage = 'packages' | 'post-upgrade' | 'done';

/**
 * Something found out about a job in a copy, by kind; the first ones are mistakes, for which the copy is not used, the
 * others are for the user to know.
 */
export interface FindingArgs {
  /** The command itself ended so. */
  command: { readonly status: number };
  /** A package's scriptlet failed, which package managers do not always pass on. */
  scriptlet: { readonly scriptlet: string; readonly package: string; readonly status: number };
  /** Two versions of a package that were one before: what an interrupted transaction leaves. */
  duplicate: { readonly name: string; readonly versions: readonly string[] };
  /** The copy's own rpm cannot read its database any more. */
  database: object;
  /** What the job left to be judged by is missing, or was replaced. */
  evidence: { readonly why: string };
  /** Nothing in the copy can be booted, and why. */
  unbootable: { readonly why: string };
  /** What was to run after the upgrade failed. */
  hook: { readonly path: string; readonly status: number };
  /** A kernel is complete, but the distribution could not make it the default, and so %posttrans of its package failed. */
  'default-unset': { readonly package: string; readonly release: string };
  /** A kernel without all its files, beside others that have theirs. */
  kernel: { readonly why: string };
  /** A file that lies where a volume will hide it. */
  hidden: { readonly path: string };
  /** A configuration file that waits for somebody to look at it. */
  configuration: { readonly path: string };
  /** A repository could not be reached, and the package manager went on without it. */
  repository: object;
  /** The package manager left packages as they were, for it could not have what they need. */
  skipped: object;
  /** What `rpm --verify` says of a changed package. */
  verify: { readonly line: string };
}

/** The kinds of findings. */
export type FindingKind = keyof FindingArgs;

/** One finding. Plain JSON. */
export type Finding = { readonly [K in FindingKind]: { readonly kind: K } & FindingArgs[K] }[FindingKind];

/** Whether the copy is of no use because of a finding of this kind. */
export const isMistake = {
  command: true,
  scriptlet: true,
  duplicate: true,
  database: true,
  evidence: true,
  unbootable: true,
  hook: true,
  'default-unset': false,
  kernel: false,
  hidden: false,
  configuration: false,
  repository: false,
  skipped: false,
  verify: false,
} as const satisfies Record<FindingKind, boolean>;

/** What a copy tells of the job in it; kept in the copy itself. */
export interface UpgradeReport extends OpenFormat {
  /** Of the copy's root: a copy of the copy has the file too. */
  readonly uuid: string;
  readonly source: string;
  readonly command: readonly string[];
  /** Seconds since 1970. */
  readonly began: number;
  /** Undefined while the job runs, or where it was interrupted. */
  readonly ended?: number;
  readonly stage: JobStage;
  readonly findings: readonly Finding[];
  readonly packages?: PackageChanges;
}
