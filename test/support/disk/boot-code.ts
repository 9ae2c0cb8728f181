import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GrubVersion, grubBuild } from './grub-build.ts';
import { layout, writeAt, writeToEsp } from './layout.ts';
import type { CompleteDiskSpec } from './spec.ts';

/** The directory in which the EFI build of GRUB on a test disk reads its first grub.cfg, as in a distribution. */
const vendorDirectory = 'EFI/testlinux';

const efiModules = ['part_gpt', 'fat', 'search', 'search_fs_uuid', 'normal', 'configfile', 'echo', 'test'];
const biosModules = ['biosdisk', 'part_gpt'];

/** The GRUB path of the first GRUB directory: it is in the first environment of the disk. */
function firstHome(spec: CompleteDiskSpec): string {
  return `/${spec.environments[0]?.subvolume}/boot/${spec.menuDirectory}`;
}

/** Makes an image bootable by both kinds of firmware, except for the EFI stub: see {@link writeStub}. */
export async function installBootCode(image: string, spec: CompleteDiskSpec): Promise<void> {
  await installGrub(image, { grub: spec.grub, prefix: `(hd0,gpt3)${firstHome(spec)}`, filesystem: 'btrfs' });
}

/** What the two builds of GRUB on a disk need to find their menu. */
export interface GrubPlace {
  readonly grub: GrubVersion;
  /** The GRUB directory, with its partition. The EFI build finds it by its stub. */
  readonly prefix: string;
  /** GRUB's module for the file system with that directory. */
  readonly filesystem: 'btrfs' | 'ext2' | 'xfs';
}

/** Writes GRUB for both kinds of firmware into an image. */
export async function installGrub(image: string, { grub, prefix, filesystem }: GrubPlace): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'be-hook-grub-'));
  try {
    const core = join(scratch, 'core.img');
    const build = await grubBuild(grub);
    const make = async (platform: 'x86_64-efi' | 'i386-pc', home: string, modules: readonly string[]) => {
      const directory = ['-d', build.platform(platform)];
      await build.run('grub-mkimage', [...directory, '-O', platform, '-p', home, '-o', core, ...modules, filesystem]);
      return readFile(core);
    };
    await writeToEsp(image, 'EFI/BOOT/BOOTX64.EFI', await make('x86_64-efi', `/${vendorDirectory}`, efiModules));
    const boot = await readFile(join(build.platform('i386-pc'), 'boot.img'));
    await installBiosCode(image, boot, await make('i386-pc', prefix, biosModules));
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

/**
 * Writes the stub on the EFI system partition that loads the menu of a GRUB directory, by default the one in the first
 * environment, in the style of its distribution.
 */
export async function writeStub(
  image: string,
  spec: CompleteDiskSpec,
  uuid: string,
  home = firstHome(spec),
): Promise<void> {
  const debian = `search.fs_uuid ${uuid} root\nset prefix=($root)'${home}'\nconfigfile $prefix/grub.cfg\n`;
  if (spec.menuDirectory === 'grub2') await writeFedoraStub(image, uuid, home);
  else await writeToEsp(image, `${vendorDirectory}/grub.cfg`, Buffer.from(debian));
}

/** Writes the stub of Fedora, for a GRUB directory on the file system with this UUID. `before` is executed first. */
export async function writeFedoraStub(image: string, uuid: string, home: string, before = ''): Promise<void> {
  const lines = [
    ...(before === '' ? [] : [before]),
    `search --no-floppy --fs-uuid --set=dev ${uuid}`,
    `set prefix=($dev)${home}`,
    'export $prefix',
    'configfile $prefix/grub.cfg\n',
  ];
  await writeToEsp(image, `${vendorDirectory}/grub.cfg`, Buffer.from(lines.join('\n')));
}
