import type { PackageManager } from './upgrade.ts';

/** What /etc/be-hook/be-hook.conf of the active boot environment says. */
export interface Config {
  /** Upper limit of the number of entries in the menu. */
  readonly maxEntries: number;
  /** Seconds, overrides the distribution's; undefined follows it. */
  readonly timeout: number | undefined;
  /** Whether sync may regenerate the distribution's own menu below ours. */
  readonly refreshDistributionMenu: boolean;
  readonly retention: Retention;
  /** False if a `keep` setting, or the file, could not be read. be-hook prunes nothing then. */
  readonly retentionKnown: boolean;
  readonly packageTransactions: PackageTransactions;
  /** With what packages are upgraded; undefined is the newest one that is there. */
  readonly packageManager: PackageManager | undefined;
}

/** How many of the boot environments that be-hook made on its own account are kept; undefined sets no such limit. */
export interface Retention {
  /** How many complete ones, the newest of them. */
  readonly automatic: number;
  /** How many of those whose upgrade failed. */
  readonly failed: number;
  readonly days: number | undefined;
  /** How much of the file system is to be free, in percent. */
  readonly free: number | undefined;
}

/**
 * What happens before a package manager changes the running system. `warn` and `require` make a restore point; where none can
 * be made, the transaction goes on after a warning, or ends. `hooks/package-transaction` decides that, also where Node.js cannot start.
 */
export type PackageTransactions = 'warn' | 'require' | 'refuse' | 'ignore';

/** What holds where the file says nothing. GRUB runs out of memory at some hundred entries (grub-btrfs issue 190). */
export const defaultConfig: Config = {
  maxEntries: 30,
  timeout: undefined,
  refreshDistributionMenu: true,
  retention: { automatic: 5, failed: 2, days: undefined, free: undefined },
  retentionKnown: true,
  packageTransactions: 'warn',
  packageManager: undefined,
};
