import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { grub20 } from './distributions/fedora-20-grub.ts';
import { setBootEntry } from './distributions/fedora-set-boot-entry.ts';
import { grub2Editenv } from './distributions/grub2-editenv.ts';
import { header } from './grub/distribution-scripts.ts';
import { environment } from './grub/writable-disk.ts';
import { projectFile } from './rpm/project-file.ts';

/**
 * Gives a root replacements of the kernel-install plugins of Fedora 43, and a grub.cfg in /boot/grub2 that boots the saved entry and
 * contains these further lines.
 */
export async function makeFedora43(root: string, uuid: string, lines: readonly string[]): Promise<void> {
  const put = async (name: string, text: string, mode?: number): Promise<void> => {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text, mode === undefined ? {} : { mode });
  };
  const plugins = 'etc/kernel/install.d';
  await put(`${plugins}/20-grub.install`, grub20('tmp_saved_entry'), 0o755);
  await put(`${plugins}/50-dracut.install`, projectFile('test/fixtures/kernel-install/50-dracut.install'), 0o755);
  await put(`${plugins}/95-set-boot-entry.install`, setBootEntry, 0o755);
  await put('usr/bin/grub2-editenv', grub2Editenv, 0o755);
  await put('etc/sysconfig/kernel', 'UPDATEDEFAULT=yes\nDEFAULTKERNEL=kernel\n');
  const { path } = { path: (await readFile(join(root, 'etc/fstab'), 'utf8')).match(/subvol=\/([^,\s]+)/)?.[1] ?? '' };
  await put('etc/kernel/cmdline', `root=UUID=${uuid} ro rootflags=subvol=${path} quiet\n`);
  await rm(join(root, 'boot/grub'), { recursive: true });
  await put('boot/grub2/grub.cfg', `${header(5, 'menu', '${saved_entry}')}blscfg\n`);
  await put('boot/grub2/grubenv', environment(...lines));
}
