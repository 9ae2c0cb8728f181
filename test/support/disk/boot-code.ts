import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grubBuild } from './grub-build.ts';
import { layout, writeAt, writeToEsp } from './layout.ts';
import type { CompleteDiskSpec } from './spec.ts';

/** The directory in which the EFI build of GRUB on a test disk reads its first grub.cfg, as in a distribution. */
const vendorDirectory = 'EFI/testlinux';

const efiModules = ['part_gpt', 'fat', 'btrfs', 'search', 'search_fs_uuid', 'normal', 'configfile', 'echo', 'test'];
const biosModules = ['biosdisk', 'part_gpt', 'btrfs'];

/** The GRUB path of the first GRUB directory: it is in the first environment of the disk. */
function firstHome(spec: CompleteDiskSpec): string {
  return `/${spec.environments[0]?.subvolume}/boot/${spec.menuDirectory}`;
}

/** Makes an image bootable by both kinds of firmware, except for the EFI stub: see {@link writeStub}. */
export async function installBootCode(image: string, spec: CompleteDiskSpec): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'be-hook-grub-'));
  try {
    const core = join(scratch, 'core.img');
    const grub = await grubBuild(spec.grub);
    const make = async (platform: 'x86_64-efi' | 'i386-pc', prefix: string, modules: readonly string[]) => {
      const directory = ['-d', grub.platform(platform)];
      await grub.run('grub-mkimage', [...directory, '-O', platform, '-p', prefix, '-o', core, ...modules]);
      return readFile(core);
    };
    await writeToEsp(image, 'EFI/BOOT/BOOTX64.EFI', await make('x86_64-efi', `/${vendorDirectory}`, efiModules));
    const boot = await readFile(join(grub.platform('i386-pc'), 'boot.img'));
    await installBiosCode(image, boot, await make('i386-pc', `(hd0,gpt3)${firstHome(spec)}`, biosModules));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Replaces `grub-bios-setup`, which cannot map loop partitions. Writes the first sector of core.img into boot.img, and
 * the position of the other sectors into the first one (offsets: grub-core/boot/i386/pc/{boot,diskboot}.S).
 */
async function installBiosCode(image: string, boot: Buffer, core: Buffer): Promise<void> {
  const start = layout.biosBoot / 512;
  const sectors = Math.ceil(core.length / 512);
  boot.writeBigUInt64LE(BigInt(start), 0x5c);
  core.writeBigUInt64LE(BigInt(start + 1), 0x1f4);
  core.writeUInt16LE(sectors - 1, 0x1fc);
  core.writeUInt16LE(0x820, 0x1fe);
  const partitionTable = 440;
  await writeAt(image, 0, boot.subarray(0, partitionTable));
  await writeAt(image, layout.biosBoot, core);
}

/** Writes the stub on the EFI system partition that loads the menu of the GRUB directory, in the style of its distribution. */
export async function writeStub(image: string, spec: CompleteDiskSpec, uuid: string): Promise<void> {
  const home = firstHome(spec);
  const debian = `search.fs_uuid ${uuid} root\nset prefix=($root)'${home}'\nconfigfile $prefix/grub.cfg\n`;
  const fedora = [
    `search --no-floppy --fs-uuid --set=dev ${uuid}`,
    `set prefix=($dev)${home}`,
    'export $prefix',
    'configfile $prefix/grub.cfg\n',
  ].join('\n');
  const text = spec.menuDirectory === 'grub2' ? fedora : debian;
  await writeToEsp(image, `${vendorDirectory}/grub.cfg`, Buffer.from(text));
}
