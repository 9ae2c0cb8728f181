import { join } from 'node:path';
import { cached } from '../cache.ts';
import { archiveRoot } from './archive.ts';
import { tool } from './tool.ts';

const packages: readonly string[] = [
  'attr',
  'btrfs-progs',
  'createrepo-c',
  'dbus',
  'dnf',
  'dnf5',
  'dracut',
  'e2fsprogs',
  'grub-common',
  'grub-efi-amd64-bin',
  'grub-pc-bin',
  'grub2-common',
  'kmod',
  'nodejs',
  'rpm',
  'systemd',
  'systemd-sysv',
  'udev',
  'util-linux',
  'zypper',
];

const unneeded: readonly string[] = ['doc', 'info', 'locale', 'lintian', 'man'];

const recipe = { suite: 'forky', packages, unneeded, variant: 'apt' };

/**
 * A tar of a Debian root with rpm, dnf5, dracut, GRUB 2.14, systemd and Node, without any kernel (those are in
 * kernels.ts). Made once with mmdebstrap, then taken from the cache.
 */
export async function forkyRoot(): Promise<string> {
  const directory = await cached('forky', recipe, async (target) => {
    await tool('mmdebstrap', [
      `--variant=${recipe.variant}`,
      '--mode=root',
      '--aptopt=Acquire::Check-Valid-Until "false"',
      ...unneeded.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
      `--include=${packages.join(',')}`,
      recipe.suite,
      join(target, 'root.tar'),
      await archiveRoot(),
    ]);
  });
  return join(directory, 'root.tar');
}

/** Unpacks the root tree into an existing directory, with owners and extended attributes. */
export async function unpackForkyRoot(target: string): Promise<void> {
  const tar = await forkyRoot();
  await tool('tar', [
    '--numeric-owner',
    '--xattrs',
    '--xattrs-include=*',
    '--exclude=./dev/*',
    '-xf',
    tar,
    '-C',
    target,
  ]);
}

const enter =
  'set -e; for d in dev proc sys; do mount --rbind /$d "$1/$d"; done; root=$1; shift; exec chroot "$root" "$@"';

/** Runs a command inside a root tree, with /dev, /proc and /sys, in a mount namespace that ends with the command. */
export async function runInTree(root: string, argv: readonly string[]): Promise<string> {
  return tool('unshare', ['--mount', '--propagation=private', 'sh', '-c', enter, 'sh', root, ...argv]);
}
