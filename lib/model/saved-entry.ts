/** What GRUB's variable `saved_entry` of a boot environment says about its kernels. */
export interface SavedEntry {
  /** The release that it names; undefined where the newest kernel boots by default. */
  readonly release: string | undefined;
  /** What it names that our menu does not have, and the grubenv that says so. */
  readonly foreign: { readonly path: string; readonly value: string } | undefined;
  /** The BLS id of a complete kernel that kernel-install noted and the distribution has not made the saved entry yet. */
  readonly pending: { readonly path: string; readonly id: string } | undefined;
}
