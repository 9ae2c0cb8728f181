import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tool } from '../guest/tool.ts';
import { installGrub, writeStub } from './boot-code.ts';
import type { Disk } from './make.ts';
import { editFile } from './menu-edit.ts';
import { withMountedTop } from './mount.ts';

/**
 * Moves /boot of the only environment of a disk into the subvolume `boot` beside the root, as on Fedora Cloud 44.
 * GRUB of both kinds of firmware then starts there.
 */
export async function moveBootBeside({ image, spec, uuid }: Disk): Promise<void> {
  const { subvolume = '' } = spec.environments[0] ?? {};
  await withMountedTop(image, async (top) => {
    const [root, boot] = [join(top, subvolume), join(top, 'boot')];
    await tool('btrfs', ['subvolume', 'create', boot]);
    await tool('sh', ['-euc', 'cp -a "$1"/. "$2"; rm -r "$1"/*', 'sh', join(root, 'boot'), boot]);
    await appendFile(join(root, 'etc/fstab'), `UUID=${uuid} /boot btrfs subvol=boot 0 0\n`);
    await editFile(join(boot, spec.menuDirectory, 'grub.cfg'), (text) =>
      text.replaceAll(`/${subvolume}/boot/`, '/boot/'),
    );
  });
  const home = `/boot/${spec.menuDirectory}`;
  await installGrub(image, { grub: spec.grub, prefix: `(hd0,gpt3)${home}`, filesystem: 'btrfs' });
  await writeStub(image, spec, uuid, home);
}
