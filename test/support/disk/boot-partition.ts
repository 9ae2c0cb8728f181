import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { header } from '../grub/distribution-scripts.ts';
import { environment } from '../grub/writable-disk.ts';
import type { GuestKernel } from '../guest/kernels.ts';
import { tool } from '../guest/tool.ts';
import { released } from '../prepared-btrfs.ts';
import { bootMachineId, formatBoot } from '../separate-boot.ts';
import { installGrub, writeFedoraStub } from './boot-code.ts';
import { bootPartitionOf, mountPartitions } from './boot-disk.ts';
import { appendBoot } from './layout.ts';
import type { Disk } from './make.ts';
import { withPartition } from './mount.ts';

/**
 * Moves /boot of the only environment of a disk to an ext4 partition, with boot loader entries as on Fedora. GRUB for
 * both kinds of firmware then starts there.
 */
export async function moveBootToPartition(disk: Disk): Promise<void> {
  const { image, spec } = disk;
  const [environment] = spec.environments;
  if (environment === undefined) throw new Error('no environment has a /boot');
  await appendBoot(image, 384);
  await withPartition(image, await bootPartitionOf(image), (device) => formatBoot('ext4', device));
  await installGrub(image, { grub: spec.grub, prefix: `(hd0,gpt4)/${spec.menuDirectory}`, filesystem: 'ext2' });
  await mountPartitions(image, 'ext4', async ({ top }, boot) => {
    const root = join(top, environment.subvolume);
    await tool('sh', ['-euc', 'cp -a "$1"/. "$2"; rm -r "$1"/*', 'sh', join(root, 'boot'), boot.top]);
    await nameBoot(root, disk, boot.uuid);
    await writeMenu(boot.top, disk, environment.kernels);
    await writeFedoraStub(image, boot.uuid, `/${spec.menuDirectory}`);
  });
  await released(image);
}

async function nameBoot(root: string, disk: Disk, uuid: string): Promise<void> {
  const { kernelOptions } = disk.spec;
  await appendFile(join(root, 'etc/fstab'), `UUID=${uuid} /boot ext4 defaults 0 0\n`);
  await writeFile(join(root, 'etc/machine-id'), `${bootMachineId}\n`);
  await mkdir(join(root, 'etc/kernel'), { recursive: true });
  await writeFile(join(root, 'etc/kernel/cmdline'), `${optionsOf(disk)}\n`);
  const lines = ['GRUB_TIMEOUT=0', 'GRUB_ENABLE_BLSCFG=true', `GRUB_CMDLINE_LINUX="${kernelOptions}"`];
  await writeFile(join(root, 'etc/default/grub'), `${lines.join('\n')}\n`);
}

function optionsOf({ spec, uuid }: Disk): string {
  return `root=UUID=${uuid} ro rootflags=subvol=${spec.environments[0]?.subvolume} ${spec.kernelOptions}`;
}

async function writeMenu(boot: string, disk: Disk, kernels: readonly GuestKernel[]): Promise<void> {
  await mkdir(join(boot, 'loader/entries'), { recursive: true });
  for (const { release } of kernels) {
    const lines = [
      `title Test Linux (${release})`,
      `version ${release}`,
      `linux /vmlinuz-${release}`,
      `initrd /initramfs-${release}.img`,
      `options ${optionsOf(disk)}`,
    ];
    await writeFile(join(boot, `loader/entries/${bootMachineId}-${release}.conf`), `${lines.join('\n')}\n`);
  }
  const saved = kernels.slice(0, 1).map(({ release }) => `saved_entry=${bootMachineId}-${release}`);
  await writeFile(join(boot, disk.spec.menuDirectory, 'grubenv'), environment(...saved));
  const text = `${header(0, 'menu', '${saved_entry}')}blscfg\n`;
  await writeFile(join(boot, disk.spec.menuDirectory, 'grub.cfg'), text);
}
