/** The meaning of GRUB's variable `saved_entry` of a boot environment for its kernels. */
export interface SavedEntry {
  /** The release that it names; undefined if the newest kernel boots by default. */
  readonly release: string | undefined;
  /** A value that names no entry of be-hook's menu, and the grubenv that contains it. */
  readonly foreign: { readonly path: string; readonly value: string } | undefined;
  /**
   * The BLS id of a complete kernel that kernel-install noted, and that the distribution has not yet made the saved
   * entry.
   */
  readonly pending: { readonly path: string; readonly id: string } | undefined;
}
