/**
 * The file from which GRUB reads the one-shot request, and in which it can clear it. It is on an EFI system partition,
 * because GRUB cannot write to a file on btrfs (GRUB manual, "Environment block").
 */
export interface OneShotFile {
  /**
   * The UUID of the partition's file system, in the form that GRUB's `search --fs-uuid` needs, for instance
   * `1A2B-3C4D`.
   */
  readonly filesystemUuid: string;
}

/** The facts about the one-shot request on the running machine. */
export interface OneShotFacts {
  /** Where the EFI system partition is mounted writable. If undefined, `why` says why be-hook cannot use one. */
  readonly mountpoint: string | undefined;
  readonly why: string;
  /** Its UUID; undefined if the command did not request it. */
  readonly filesystemUuid: string | undefined;
  /** The name of the boot environment that boots next, undefined if that is the default. */
  readonly next: string | undefined;
}
