/**
 * The state of a boot environment that is not complete. Either packages are being changed in it, or the change failed.
 * The menu never offers it.
 */
export type UpgradeState = 'upgrading' | 'failed';
