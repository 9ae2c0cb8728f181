import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatEsp, layout, partition, writeToEsp } from '../support/disk/layout.ts';
import { tool } from '../support/guest/tool.ts';
import { isThere } from './kernels.ts';

const modules =
  'part_gpt btrfs search search_fs_uuid normal configfile echo test linux gzio all_video gfxterm terminal reboot sleep';

/**
 * Makes a disk that UEFI firmware can start. Its EFI system partition has this machine's own GRUB, which loads the
 * grub.cfg of a btrfs. The other partition is a copy of that btrfs, which must not be mounted. Passes the image of the
 * disk to `body`.
 */
export async function withBootableDisk<T>(
  btrfs: { readonly image: string; readonly uuid: string; readonly grubCfg: string },
  body: (image: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-demo-'));
  try {
    const stub = join(directory, 'grub.cfg');
    const program = join(directory, 'BOOTX64.EFI');
    const image = join(directory, 'disk.img');
    await writeFile(
      stub,
      `search --no-floppy --fs-uuid --set=root ${btrfs.uuid}\nconfigfile ($root)${btrfs.grubCfg}\n`,
    );
    const mkstandalone = (await isThere('grub2-mkstandalone')) ? 'grub2-mkstandalone' : 'grub-mkstandalone';
    const sizeOptions = [
      '--install-modules',
      modules,
      '--modules',
      'part_gpt btrfs',
      '--fonts=',
      '--locales=',
      '--themes=',
    ];
    await tool(mkstandalone, ['-O', 'x86_64-efi', ...sizeOptions, '-o', program, `boot/grub/grub.cfg=${stub}`]);
    const mebibyte = 1024 * 1024;
    const { size } = await stat(btrfs.image);
    await partition(image, (layout.btrfs + size + layout.end) / mebibyte);
    await formatEsp(image);
    await writeToEsp(image, 'EFI/BOOT/BOOTX64.EFI', await readFile(program));
    const seek = `seek=${layout.btrfs / mebibyte}`;
    await tool('dd', [`if=${btrfs.image}`, `of=${image}`, 'bs=1M', seek, 'conv=notrunc,sparse', 'status=none']);
    return await body(image);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
