import { readFile, rm, writeFile } from 'node:fs/promises';
import { type GrubRun, quoted, type RunOptions, runGrub } from './boot.ts';
import type { GrubTools } from './versions.ts';

/**
 * A stand-in for the command of that name, by the code of Fedora and openSUSE (rhboot/grub2, branch fedora-44,
 * grub-core/fs/btrfs.c, grub_cmd_btrfs_get_default_subvol): it puts a slash and the path of the default subvolume into
 * the variable of --output. Upstream's GRUB has no such command. A function cannot have its name, so the name has
 * underscores here, and also in the menus on the copied image.
 */
const command = `function btrfs_get_default_subvol {
  for bh_word in "$@"; do
    if regexp --set=1:bh_variable '^ --output=(.*)$' " \${bh_word}"; then set "\${bh_variable}=\${bh_default_subvolume}"; fi
  done
}`;

/** The images of the file system, and the path of its default subvolume from its top. */
export interface SnapshotBooting {
  readonly tools: GrubTools;
  readonly images: readonly string[];
  readonly defaultSubvolume: string;
}

/**
 * Starts the real GRUB in the GRUB directory of the default subvolume, where openSUSE's GRUB starts. Files are read by
 * upstream's driver, from absolute paths. The recorder and the stand-in for the command know the default subvolume.
 */
export async function runInDefault(
  { tools, images, defaultSubvolume }: SnapshotBooting,
  options: Pick<RunOptions, 'keys' | 'before'> & { readonly hasCommand?: boolean } = {},
): Promise<GrubRun> {
  const { hasCommand = true } = options;
  const place = `set bh_default_subvolume=${quoted(`/${defaultSubvolume}`)}\nexport bh_default_subvolume`;
  const before = [options.before ?? '', place, ...(hasCommand ? [command] : [])].join('\n');
  const copies: string[] = [];
  try {
    for (const image of images) {
      const copy = `${image}.renamed`;
      await writeFile(copy, renameCommand(await readFile(image)));
      copies.push(copy);
    }
    const menuDirectory = `/${defaultSubvolume}/boot/grub2`;
    return await runGrub({ tools, images: hasCommand ? copies : images, menuDirectory }, { ...options, before });
  } finally {
    for (const copy of copies) await rm(copy, { force: true });
  }
}

/** GRUB does not verify checksums of btrfs, so the changed blocks remain readable for it. */
function renameCommand(image: Buffer): Buffer {
  const name = 'btrfs-get-default-subvol';
  for (let at = image.indexOf(name); at !== -1; at = image.indexOf(name, at + 1))
    image.write(name.replaceAll('-', '_'), at, 'latin1');
  return image;
}

/** The path of the subvolume that GRUB boots. Undefined if it boots none. */
export function subvolumeOf({ booted }: GrubRun, defaultSubvolume: string): string | undefined {
  if (booted === undefined) return undefined;
  const [image = '', ...options] = booted.linux;
  const root = options.flatMap((option) => /^rootflags=subvol=(.*)$/.exec(option)?.[1] ?? [])[0] ?? defaultSubvolume;
  const isOwn = image.startsWith(`/${root}/`) || (/^\/(boot|usr)\//.test(image) && root === defaultSubvolume);
  return isOwn ? root : `a kernel of another root: ${image} with ${root}`;
}
