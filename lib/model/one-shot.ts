/**
 * Where GRUB can read, and more than that clear, the wish to boot an environment once: a file on an EFI system
 * partition. GRUB cannot write to a file on btrfs (GRUB manual, "Environment block").
 */
export interface OneShotFile {
  /** The UUID of the partition's file system, as GRUB's `search --fs-uuid` wants it, for instance `1A2B-3C4D`. */
  readonly filesystemUuid: string;
}

/** The path of the file on that partition. */
export const oneShotPath = '/EFI/be-hook/grubenv';

/** The variable in it: the name of the boot environment that boots next, empty when it is the default. */
export const oneShotVariable = 'be_hook_next';

/** What is known about booting once on the running machine. */
export interface OneShotFacts {
  /** Where the EFI system partition is mounted writable; undefined with the reason why there is none to be used. */
  readonly mountpoint: string | undefined;
  readonly why: string;
  /** Its UUID; undefined where nobody asked. */
  readonly filesystemUuid: string | undefined;
  /** The name of the boot environment that boots next, undefined when it is the default. */
  readonly next: string | undefined;
}
