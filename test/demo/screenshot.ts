/*
 * `npm run screenshot`: updates the picture of the menu in README.md with the screen of a virtual machine that shows the
 * menu of the real GRUB. Also prints the output of `be-hook list` and `be-hook menu` for the same disk.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeDisk } from '../support/disk/make.ts';
import { withMountedTop } from '../support/disk/mount.ts';
import { kernels } from '../support/guest/kernels.ts';
import { screenshot } from '../support/guest/screenshot.ts';
import { beHookOk } from '../support/program.ts';

const picture = fileURLToPath(new URL('menu.png', import.meta.url));

const [oldest, middle, newest] = await kernels();
const environments = [
  { name: 'fedora-44', content: 'tiny' as const, kernels: [middle, newest] },
  { name: 'fedora-43', content: 'tiny' as const, kernels: [oldest, middle] },
];
const disk = await makeDisk({ grub: '2.12', environments });
try {
  await withMountedTop(disk.image, async (top) => {
    for (const { name, subvolume } of disk.spec.environments) {
      const release = name.split('-')[1] ?? '';
      const osRelease = `NAME="Fedora Linux"\nID=fedora\nVERSION_ID=${release}\nPRETTY_NAME="Fedora Linux ${release}"\n`;
      await writeFile(join(top, subvolume, 'etc/os-release'), osRelease);
      await writeFile(join(top, subvolume, 'etc/default/grub'), 'GRUB_TIMEOUT=30\nGRUB_CMDLINE_LINUX="quiet"\n');
      await beHookOk('adopt', subvolume, '--filesystem', top);
    }
    for (const command of ['list', 'menu']) {
      process.stdout.write(`# be-hook ${command}\n${await beHookOk(command, '--filesystem', top)}\n`);
    }
  });
  await screenshot(disk.image, picture, { firmware: 'uefi', when: /fedora-43: Fedora/, settleSeconds: 2 });
  process.stdout.write(`${picture}\n`);
} finally {
  await disk.remove();
}
