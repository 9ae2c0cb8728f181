import type { OpenFormat } from './open-format.ts';
import type { PackageChanges } from './package.ts';

/**
 * Where a job in a copy of a system leaves its report. It is inside of the copy, so that a copy or move of the copy
 * includes it. The place is in /usr/lib, because that is a part of the root on all rpm distributions.
 */
export const evidencePlace = '/usr/lib/sysimage/be-hook';

/** The directory there that has /etc as it was when the copy was made. */
export const etcBefore = `${evidencePlace}/etc-before`;

/** The package managers that be-hook knows how to start. */
export type PackageManager = 'dnf5' | 'dnf4' | 'zypper';

/** The task of a package manager, in its own arguments, and the program if the user named one. */
export interface PackageCommand {
  readonly manager: PackageManager | undefined;
  /** Without the program. An empty list is an upgrade of all packages. */
  readonly args: readonly string[];
}

/** The last stage that a job in a copy of a boot environment reached. */
export type JobStage = 'packages' | 'post-upgrade' | 'done';

/**
 * A finding about a job in a copy, by kind. The first kinds are mistakes, and be-hook does not use the copy because of
 * them. The other kinds inform the user.
 */
export interface FindingArgs {
  /** The command itself failed with this status. */
  command: { readonly status: number };
  /** A package's scriptlet failed. Package managers do not always report that. */
  scriptlet: { readonly scriptlet: string; readonly package: string; readonly status: number };
  /**
   * Two installed versions of a package that had one version before. An interrupted transaction leaves such duplicates.
   */
  duplicate: { readonly name: string; readonly versions: readonly string[] };
  /** The copy's own rpm can no longer read its database. */
  database: object;
  /** The evidence that the job left is missing, or was replaced. */
  evidence: { readonly why: string };
  /** The copy contains no kernel that can be booted, and why. */
  unbootable: { readonly why: string };
  /** A post-upgrade hook failed. */
  hook: { readonly path: string; readonly status: number };
  /**
   * A kernel is complete, but the distribution could not make it the default. Therefore %posttrans of its package
   * failed.
   */
  'default-unset': { readonly package: string; readonly release: string };
  /** A kernel lacks some of its files. Other kernels have all of theirs. */
  kernel: { readonly why: string };
  /** A file in a place that a volume will hide. */
  hidden: { readonly path: string };
  /** A configuration file that the administrator has to check. */
  configuration: { readonly path: string };
  /** The package manager could not reach a repository and continued without it. */
  repository: object;
  /** The package manager did not change some packages, because it could not get their dependencies. */
  skipped: object;
  /** The output of `rpm --verify` about a changed package. */
  verify: { readonly line: string };
}

/** The kinds of findings. */
export type FindingKind = keyof FindingArgs;

/** One finding. Plain JSON. */
export type Finding = { readonly [K in FindingKind]: { readonly kind: K } & FindingArgs[K] }[FindingKind];

/** Whether a finding of this kind makes the copy useless. */
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

/** The report about a job in a copy. The copy contains it. */
export interface UpgradeReport extends OpenFormat {
  /** The uuid of the copy's root. A copy of the copy contains the file too. */
  readonly uuid: string;
  readonly source: string;
  readonly command: readonly string[];
  /** Seconds since 1970. */
  readonly began: number;
  /** Undefined while the job runs, or if it was interrupted. */
  readonly ended?: number;
  readonly stage: JobStage;
  readonly findings: readonly Finding[];
  readonly packages?: PackageChanges;
}
