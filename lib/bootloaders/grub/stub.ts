/** The place to which the small grub.cfg on an EFI system partition (the stub) leads. */
export interface GrubStub {
  /** UUID of the file system that the stub searches. */
  readonly uuid: string;
  /** Directory, from the top of that file system, in which GRUB then finds its grub.cfg. */
  readonly prefix: string;
}

/** A FAT has a UUID of eight digits. */
const searched =
  /^\s*search(?:\.fs_uuid)?\s.*?\b([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{4}-[0-9a-fA-F]{4})\b/m;

/** Reads a stub as Fedora's grub2 package and Debian's grub-install write it. Undefined for any other grub.cfg. */
export function parseStub(text: string): GrubStub | undefined {
  const uuid = searched.exec(text)?.[1];
  const prefix = /^\s*set prefix=\(\$\{?[a-z]+\}?\)'?([^'\n]*?)'?\s*$/m.exec(text)?.[1];
  return uuid === undefined || prefix === undefined ? undefined : { uuid, prefix };
}

/**
 * Whether a grub.cfg makes GRUB resolve paths from the default subvolume of a btrfs. The driver of Fedora's and SUSE's
 * GRUB does so while `btrfs_relative_path` is `y`, `yes` or `1` (grub-core/fs/btrfs.c). The last line that sets it
 * counts.
 */
export function isRelative(grubCfg: string): boolean {
  const last = [
    ...grubCfg.matchAll(/^\s*(?:set\s+btrfs_relative_path=["']?([^"'\s]*)|unset\s+btrfs_relative_path\b)/gm),
  ].at(-1);
  return /^[y1]/.test(last?.[1] ?? '');
}
