/** What /etc/be-hook/be-hook.conf of the active boot environment says. */
export interface Config {
  /** Upper limit of the number of entries in the menu. */
  readonly maxEntries: number;
  /** Seconds, overrides the distribution's; undefined follows it. */
  readonly timeout: number | undefined;
  /** Whether sync may regenerate the distribution's own menu below ours. */
  readonly refreshDistributionMenu: boolean;
}

/** What holds where the file says nothing. GRUB runs out of memory at some hundred entries (grub-btrfs issue 190). */
export const defaultConfig: Config = { maxEntries: 30, timeout: undefined, refreshDistributionMenu: true };
