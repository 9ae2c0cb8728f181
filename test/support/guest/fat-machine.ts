import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootPartitionOf } from '../disk/boot-disk.ts';
import { appendBoot } from '../disk/layout.ts';
import type { Disk } from '../disk/make.ts';
import { withPartition } from '../disk/mount.ts';
import { runGrub } from '../grub/boot.ts';
import type { Attempt } from '../grub/recorder.ts';
import { grubTools } from '../grub/versions.ts';
import { bootedFacts, type Facts } from './facts.ts';
import { whatBoots } from './start.ts';
import { tool } from './tool.ts';
import { withUpgradeMachine } from './upgrade-machine.ts';

/** A grub.cfg with the lines of 41_custom (util/grub.d/41_custom.in). */
const grubCfg = [
  'blscfg',
  'if [ -f  ${config_directory}/custom.cfg ]; then',
  '  source ${config_directory}/custom.cfg',
  'fi\n',
].join('\n');

/** A grub.cfg on the EFI system partition that leads to the FAT, as Fedora's grub2 package writes it. */
const stub = [
  'search --no-floppy --fs-uuid --set=dev ABCD-1234',
  'set prefix=($dev)/grub2',
  'configfile $prefix/grub.cfg\n',
].join('\n');

/** Moves /boot to the FAT, which is the fourth partition. GRUB's modules move too. */
const move = `
set -e
mount -t vfat -o umask=0077 /dev/ubda4 /mnt
cp -rL /boot/. /mnt
rm -rf /mnt/grub /mnt/grub2
mkdir -p /mnt/grub2 /mnt/loader/entries
cp -r grub.cfg /boot/grub/x86_64-efi /mnt/grub2
umount /mnt
echo 'UUID=ABCD-1234 /boot vfat umask=0077 0 0' >>/etc/fstab
mount -t vfat -o umask=0077 /dev/ubda4 /boot
mkdir -p /efi
mount -t vfat -o umask=0077 /dev/ubda2 /efi
cp stub.cfg /efi/EFI/testlinux/grub.cfg
set +e
`;

/** How to put the /boot of a machine on a FAT. */
export interface FatBoot {
  readonly mebibytes: number;
  /** Writes the files that the job finds in its directory. */
  readonly prepare: (files: string, disk: Disk) => Promise<void>;
  /** The first part of the job, which moves /boot to the fourth partition. It gets the release of the kernel. */
  readonly move: (release: string) => string;
}

/**
 * Runs a job on the machine of `withUpgradeMachine`, with its /boot on a FAT. `scriptFor` gets the release of its kernel.
 * `body` gets the facts of the job, and the disk as the job has left it.
 */
export async function withBootOnFat(
  { mebibytes, prepare, move }: FatBoot,
  scriptFor: (release: string) => string,
  body: (facts: Facts, disk: Disk) => Promise<void> | void,
): Promise<void> {
  const files = await mkdtemp(join(tmpdir(), 'be-hook-fat-boot-'));
  try {
    await withUpgradeMachine('dnf5', async ({ disk }) => {
      const start = await whatBoots(disk);
      const release = start.image.replace(/^.*vmlinuz-/, '');
      await appendBoot(disk.image, mebibytes);
      await withPartition(disk.image, await bootPartitionOf(disk.image), (device) =>
        tool('mkfs.vfat', ['-F', '32', '-i', 'ABCD1234', device]),
      );
      await prepare(files, disk);
      const { facts } = await bootedFacts(disk, { script: move(release) + scriptFor(release), files }, start);
      await body(facts, disk);
    });
  } finally {
    await rm(files, { recursive: true, force: true });
  }
}

/** The same with GRUB, whose stub leads to the FAT. */
export function withFatMachine(
  scriptFor: (release: string) => string,
  body: (facts: Facts, disk: Disk) => Promise<void> | void,
): Promise<void> {
  const prepare = async (files: string, { image }: Disk): Promise<void> => {
    await writeFile(join(files, 'grub.cfg'), grubCfg);
    await writeFile(join(files, 'stub.cfg'), stub);
    await writeBootEntry(image, join(files, 'efivars'));
  };
  return withBootOnFat({ mebibytes: 256, prepare, move: () => move }, scriptFor, body);
}

/** The variables of a firmware that starts the program on the EFI system partition, as efibootmgr makes them. */
async function writeBootEntry(image: string, directory: string): Promise<void> {
  await mkdir(directory);
  const device = (await tool('losetup', ['--find', '--show', '--partscan', image])).trim();
  try {
    const entry = ['--label', 'Test Linux', '--loader', '\\EFI\\BOOT\\BOOTX64.EFI'];
    await tool('efibootmgr', ['--create', '--disk', device, '--part', '2', ...entry], {
      env: { EFIVARFS_PATH: `${directory}/` },
    });
  } finally {
    await tool('losetup', ['--detach', device]);
  }
}

/** What the disk boots from its FAT when no key is pressed, by GRUB's own code in the emulator. */
export async function whatBootsFromFat({ image, spec }: Disk): Promise<Attempt> {
  const tools = await grubTools(spec.grub);
  const before = 'set grub_platform=efi\nset root=hd0,gpt2\nset prefix=(hd0,gpt2)/EFI/testlinux\n';
  const { booted, messages } = await runGrub({ tools, images: [image], menuDirectory: '' }, { before });
  if (booted === undefined) throw new Error(`GRUB boots nothing; it says:\n${messages.join('\n')}`);
  return booted;
}
