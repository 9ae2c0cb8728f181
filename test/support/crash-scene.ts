import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { preparedBtrfs } from './prepared-btrfs.ts';
import { beHookOk } from './program.ts';
import { bootFile, makeRoot } from './root-tree.ts';

/** The GRUB directories of the scene. */
export const menuDirectories = ['@be1/boot/grub', '@be2/boot/grub'] as const;

/** The newest kernel of `be1` before the installation, and the installed kernel. */
export const oldRelease = '6.10.0-2';

/** See `oldRelease`. */
export const newRelease = '6.11.0-1';

/** The path of its image from the top level. */
export const newImage = `@be1/boot/vmlinuz-${newRelease}`;

/** Two adopted environments with up-to-date menus: the start of a crash test. */
export const withTwo = preparedBtrfs(async (fs) => {
  await makeRoot(fs, '@be1', { kernels: ['6.1.0-1', oldRelease] });
  await makeRoot(fs, '@be2', { kernels: ['6.1.0-1'] });
  for (const subvolume of ['@be1', '@be2']) await beHookOk('adopt', subvolume, '--filesystem', fs.top);
});

/** Installs the new kernel like rpm: with plain writes and without a flush. */
export async function installKernel(top: string): Promise<void> {
  const modules = join(top, '@be1/usr/lib/modules', newRelease);
  await mkdir(modules, { recursive: true });
  await writeFile(join(modules, 'modules.builtin'), '');
  await writeFile(join(top, newImage), bootFile('KERNEL', 'be1', newRelease));
  await writeFile(join(top, `@be1/boot/initramfs-${newRelease}.img`), bootFile('INITRD', 'be1', newRelease));
}

/** The menu id of a kernel of the active environment. */
export function defaultOf(release: string): string {
  return `be-hook:be1:${release}`;
}
