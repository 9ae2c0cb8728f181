import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suseLinks } from './distributions/kernel-links.ts';
import { firstSnapshot, suseDefaultGrub, suseFstab, suseGrubCfg } from './distributions/opensuse-snapshot-booting.ts';
import { snapperRollback } from './distributions/snapper-rollback.ts';
import { tool } from './guest/tool.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';
import { preparedBtrfs } from './prepared-btrfs.ts';
import { beHookOk } from './program.ts';
import { bootFile, makeRoot } from './root-tree.ts';

/** The kernel of a new installation. */
export const suseRelease = '6.12.0-160000.5-default';

/** The subvolumes that fstab mounts below /boot/grub2 hold GRUB's modules. */
const modules = ['i386-pc', 'x86_64-efi'] as const;

/** A kernel as suse-module-tools leaves it: the image in /usr/lib/modules, links in /boot, and the initrd in /boot. */
export async function installSuseKernel(root: string, release: string): Promise<void> {
  const directory = join(root, 'usr/lib/modules', release);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'vmlinuz'), bootFile('KERNEL', 'leap', release));
  await writeFile(join(directory, 'modules.dep'), '');
  await mkdir(join(root, 'boot'), { recursive: true });
  await writeFile(join(root, `boot/initrd-${release}`), bootFile('INITRD', 'leap', release));
  for (const { name, to } of suseLinks(release)) {
    await rm(join(root, 'boot', name), { force: true });
    await symlink(to, join(root, 'boot', name));
  }
}

/** Makes the disk of a new Leap 16. Its first snapshot is the default subvolume, and fstab does not name it. */
export async function installSuse(fs: LoopBtrfs): Promise<void> {
  for (const path of ['@', '@/.snapshots', '@/var', '@/home', ...modules.map((name) => `@/boot/grub2/${name}`)])
    await fs.subvolume(path);
  for (const name of modules) await writeFile(join(fs.top, `@/boot/grub2/${name}/normal.mod`), name);
  const mounts = modules.map(
    (name) => `UUID=${fs.uuid}  /boot/grub2/${name}  btrfs  subvol=/@/boot/grub2/${name}  0  0\n`,
  );
  const root = await makeRoot(fs, firstSnapshot, {
    kernels: [],
    label: 'leap',
    osRelease: 'NAME="openSUSE Leap"\nID=opensuse-leap\nPRETTY_NAME="openSUSE Leap 16.0"\n',
    fstab: suseFstab(fs.uuid) + mounts.join(''),
    defaultGrub: suseDefaultGrub,
    menuDirectory: 'boot/grub2',
    grubCfg: suseGrubCfg(fs.uuid, suseRelease),
  });
  for (const name of modules) await mkdir(join(root, 'boot/grub2', name));
  await installSuseKernel(root, suseRelease);
  await tool('btrfs', ['subvolume', 'set-default', root]);
}

/** A Leap 16 with be-hook set up in its first root, `leap`, and a copy of it, `next`. */
export const withSuse = preparedBtrfs(
  async (fs) => {
    await installSuse(fs);
    await beHookOk('adopt', firstSnapshot, '--name', 'leap', '--filesystem', fs.top);
    await beHookOk('create', 'next', '--filesystem', fs.top);
  },
  { sizeMiB: 256 },
);

/** The path of the default subvolume from the top of the file system. */
export async function defaultOf(fs: LoopBtrfs): Promise<string> {
  const shown = await tool('btrfs', ['subvolume', 'get-default', fs.top]);
  const path = /^ID \d+ (?:gen \d+ )?(?:top level \d+ )?path (.*)$/.exec(shown.trim())?.[1];
  if (path === undefined) throw new Error(`no default subvolume: ${shown}`);
  return path;
}

/** Runs `snapper rollback`: a copy of the subvolume becomes the default one. Returns its path. */
export async function rollBackWithSnapper(fs: LoopBtrfs, from: string, number: number): Promise<string> {
  await tool('sh', ['-c', snapperRollback, 'snapper', fs.top, from, String(number)]);
  return `@/.snapshots/${number}/snapshot`;
}
