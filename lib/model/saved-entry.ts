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
  /** The text of the variable, where be-hook has to recognise a change of it. */
  readonly value?: string;
  /** What a job in the environment changed it to, in its private /boot. */
  readonly made?: Pick<SavedEntry, 'release'>;
  /** Whether it is recorded with the environment, and the boot loader's variable may name another release. */
  readonly recorded?: true;
}
