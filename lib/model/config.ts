import type { PackageManager } from './upgrade.ts';

/** The settings in /etc/be-hook/be-hook.conf of the active boot environment. */
export interface Config {
  /** Upper limit of the number of entries in the menu. */
  readonly maxEntries: number;
  /** Seconds. Overrides the distribution's timeout; undefined follows it. */
  readonly timeout: number | undefined;
  /** Whether sync may regenerate the distribution's own menu, which comes after be-hook's. */
  readonly refreshDistributionMenu: boolean;
  readonly retention: Retention;
  /** False if a `keep` setting, or the file, could not be read. be-hook prunes nothing then. */
  readonly retentionKnown: boolean;
  readonly packageTransactions: PackageTransactions;
  /** The program that upgrades packages; undefined is the newest one that is installed. */
  readonly packageManager: PackageManager | undefined;
}

/** How many of the boot environments that be-hook made automatically are kept; undefined sets no such limit. */
export interface Retention {
  /** How many complete ones are kept, the newest first. */
  readonly automatic: number;
  /** How many of those whose upgrade failed are kept. */
  readonly failed: number;
  readonly days: number | undefined;
  /** How much of the file system should be free, in percent. */
  readonly free: number | undefined;
}

/**
 * How be-hook reacts when a package manager is about to change the running system. `warn` and `require` make a restore
 * point. Where be-hook cannot make one, `warn` lets the transaction continue after a warning, and `require` ends it.
 * `hooks/package-transaction` decides that, also where Node.js cannot start.
 */
export type PackageTransactions = 'warn' | 'require' | 'refuse' | 'ignore';

/**
 * The values of settings that the file does not contain. GRUB runs out of memory at some hundred entries (grub-btrfs
 * issue 190).
 */
export const defaultConfig: Config = {
  maxEntries: 30,
  timeout: undefined,
  refreshDistributionMenu: true,
  retention: { automatic: 5, failed: 2, days: undefined, free: undefined },
  retentionKnown: true,
  packageTransactions: 'warn',
  packageManager: undefined,
};
