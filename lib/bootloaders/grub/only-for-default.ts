import { quoteAlways, quoteGrub, splitGrubWords } from './quote.ts';

/**
 * Lines of a function that leave it unless the default subvolume of a btrfs has this path. `snapper rollback` copies the
 * menu of one root into another one, and makes that the default subvolume. The copied menu would boot the root that it
 * was made for. A copy has the same files as its source, so no comparison of files can find that out. The GRUB of Fedora
 * and openSUSE has a command that names the default subvolume, in the module of the driver that knows
 * `btrfs_relative_path` (rhboot/grub2, branch fedora-44, grub-core/fs/btrfs.c, grub_cmd_btrfs_get_default_subvol).
 * Without that command the variable stays empty, and GRUB shows the menu of the distribution.
 */
export function onlyForDefault(filesystemUuid: string, path: string): readonly string[] {
  return [
    `search --no-floppy --fs-uuid --set=be_hook_root ${quoteGrub(filesystemUuid)}`,
    'set be_hook_default=',
    'btrfs-get-default-subvol --path-only --output=be_hook_default "(${be_hook_root})"',
    `if [ "\${be_hook_default}" != ${quoteAlways(`/${path}`)} ]; then return; fi`,
  ];
}

const comparison = /^if \[ "\$\{be_hook_default\}" != ('.*') \]; then return; fi$/m;

/** The path in these lines of a menu; undefined where they are missing. */
export function readOnlyForDefault(text: string): string | undefined {
  const [, word = ''] = comparison.exec(text) ?? [];
  const path = splitGrubWords(word)?.[0];
  return path?.startsWith('/') === true ? path.slice(1) : undefined;
}
