/**
 * The file systems on which files of a boot can be: the btrfs with the boot environments, a separate /boot, and the EFI
 * system partition.
 */
export const filesystemIds = ['root', 'boot', 'esp'] as const;

/** One of `filesystemIds`. */
export type FilesystemId = (typeof filesystemIds)[number];

/** A file or directory of one of these file systems. */
export interface Place {
  readonly on: FilesystemId;
  /** From the top of that file system, without a leading slash. */
  readonly path: string;
}

/** A place on the btrfs with the boot environments. */
export function onRoot(path: string): Place {
  return { on: 'root', path };
}

/** A place on the separate /boot. */
export function onBoot(path: string): Place {
  return { on: 'boot', path };
}

/** Whether two places are the same. */
export function isSamePlace(a: Place, b: Place): boolean {
  return a.on === b.on && a.path === b.path;
}

/** The path of a place as a boot loader writes it: from the top of its file system, with a leading slash. */
export function loaderPath({ path }: Place): string {
  return `/${path}`;
}

/** A place as the key of a map: `/PATH` on the btrfs, `boot:/PATH` and `esp:/PATH` elsewhere. */
export function printPlace({ on, path }: Place): string {
  return on === 'root' ? `/${path}` : `${on}:/${path}`;
}

/** A place for messages, without a leading slash, as all messages name paths. A separate /boot has its mount point. */
export function shownPath({ on = 'root', path }: { readonly on?: FilesystemId; readonly path: string }): string {
  return { root: path, boot: `boot/${path}`, esp: `boot/efi/${path}` }[on];
}
