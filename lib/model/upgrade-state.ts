/**
 * A boot environment that is not, or never will be, complete: packages are being changed in it, or were and something
 * went wrong. It is never offered by the menu.
 */
export type UpgradeState = 'upgrading' | 'failed';
