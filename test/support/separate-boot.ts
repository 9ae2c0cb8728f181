import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { blscfgFor } from './grub/blscfg.ts';
import { type GrubRun, type RunOptions, runGrub } from './grub/boot.ts';
import { header } from './grub/distribution-scripts.ts';
import { grubTools } from './grub/versions.ts';
import { environment } from './grub/writable-disk.ts';
import { tool } from './guest/tool.ts';
import { furnish, type HookMachine, runningMachine } from './hook-machine.ts';
import { type LoopBtrfs, withBtrfs } from './loop-btrfs.ts';
import { released } from './prepared-btrfs.ts';
import { bootFile, makeRoot } from './root-tree.ts';

/** The types of a separate /boot that this machine can mount. The kernels of CI have no vfat. */
export type BootType = 'ext4' | 'xfs' | 'btrfs';

/** A file system in an image file that is mounted on this machine. */
export interface BootImage {
  readonly type: BootType;
  readonly image: string;
  readonly device: string;
  /** Its mount point on this machine. */
  readonly top: string;
  readonly uuid: string;
  /** Writes everything to its place on the image, as unmounting does. */
  settle(): Promise<void>;
}

/** A machine that runs from /@be1 of a btrfs, with a separate /boot as on Fedora. */
export interface SeparateBootMachine extends HookMachine {
  readonly boot: BootImage;
  /** Writes a file of /boot. */
  writeBoot(path: string, text: string): Promise<void>;
  /** Reads a file of /boot; empty if it is missing. */
  readBoot(path: string): Promise<string>;
  /**
   * Starts the real GRUB from the images as they are now, without replay of a journal. Its disks are (hd0) with /boot and
   * (hd1) with the btrfs.
   */
  grub(options?: RunOptions): Promise<GrubRun>;
}

/**
 * The machine id, with which the names of its boot loader entries begin. GRUB takes a default that begins with a digit for
 * the number of an entry (get_entry_number in grub-core/normal/menu.c).
 */
export const bootMachineId = 'fedcba9876543210'.repeat(2);

const mkfs: Readonly<Record<BootType, readonly [string, ...string[]]>> = {
  // The features of Fedora's installer: metadata_csum and 64bit are defaults of mkfs.ext4.
  ext4: ['mkfs.ext4', '-q', '-F'],
  // GRUB 2.06 cannot read the features that mkfs.xfs may enable.
  xfs: ['mkfs.xfs', '-q', '-f', '-i', 'nrext64=0'],
  btrfs: ['mkfs.btrfs', '-q'],
};

/** Makes a file system for /boot in a temporary image, mounts it for `body`, and then removes it. */
export async function withBootImage<T>(
  type: BootType,
  body: (boot: BootImage) => Promise<T>,
  sizeMiB = 320,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-boot-'));
  const image = join(directory, 'boot.img');
  try {
    await tool('truncate', ['-s', `${sizeMiB}M`, image]);
    await formatBoot(type, image);
    return await mountBoot(type, image, body);
  } finally {
    await released(image);
    await rm(directory, { recursive: true, force: true });
  }
}

/** Makes a file system for /boot in an image or on a device. */
export async function formatBoot(type: BootType, image: string): Promise<void> {
  const [program, ...args] = mkfs[type];
  await tool(program, [...args, image]);
}

/** Mounts the file system of /boot in an image, or on a device, for `body`. */
export async function mountBoot<T>(type: BootType, image: string, body: (boot: BootImage) => Promise<T>): Promise<T> {
  const top = await mkdtemp(join(tmpdir(), 'be-hook-boot-top-'));
  const device = (await tool('losetup', ['--find', '--show', image])).trim();
  try {
    await tool('mount', ['-t', type, device, top]);
    const uuid = (await tool('blkid', ['-p', '-o', 'value', '-s', 'UUID', device])).trim();
    const settle = async (): Promise<void> => {
      await tool('sync', ['--file-system', top]);
      if (type === 'xfs') await tool('sh', ['-c', 'fsfreeze -f "$1" && fsfreeze -u "$1"', 'sh', top]);
    };
    return await body({ type, image, device, top, uuid, settle });
  } finally {
    await tool('umount', ['--recursive', top]).catch(() => tool('umount', ['--recursive', '--lazy', top]));
    await tool('losetup', ['--detach', device]);
    await rm(top, { recursive: true, force: true });
  }
}

const defaultGrub = 'GRUB_DEFAULT=saved\nGRUB_ENABLE_BLSCFG=true\nGRUB_CMDLINE_LINUX="quiet"\nGRUB_TERMINAL=console\n';

/** Makes such a machine with these kernels for `body`. be-hook has not run on it. The first kernel is GRUB's default. */
export async function withSeparateBoot<T>(
  type: BootType,
  kernels: readonly string[],
  body: (machine: SeparateBootMachine) => Promise<T>,
): Promise<T> {
  return await withBtrfs({ sizeMiB: 512 }, (fs) =>
    withBootImage(type, async (boot) => body(await fillMachine(fs, boot, kernels))),
  );
}

/** Makes such a machine on two empty file systems. */
export async function fillMachine(
  fs: LoopBtrfs,
  boot: BootImage,
  kernels: readonly string[],
): Promise<SeparateBootMachine> {
  await fillRoot(fs, boot, kernels);
  await fillBoot(fs, boot, kernels);
  return await machineOn(fs, boot);
}

/** Such a machine on file systems that it has filled before. */
export async function machineOn(fs: LoopBtrfs, boot: BootImage): Promise<SeparateBootMachine> {
  return machineOf(await runningMachine(fs), boot);
}

async function fillRoot(fs: LoopBtrfs, boot: BootImage, kernels: readonly string[]): Promise<void> {
  const root = await makeRoot(fs, '@be1', {
    kernels: [],
    machineId: `${bootMachineId}\n`,
    grubCfg: null,
    defaultGrub,
    fstab: [
      `UUID=${fs.uuid} / btrfs subvol=@be1,compress=zstd:1 0 0\n`,
      `UUID=${boot.uuid} /boot ${boot.type} defaults 1 2\n`,
    ].join(''),
    cmdline: `root=UUID=${fs.uuid} ro rootflags=subvol=@be1 quiet\n`,
  });
  await furnish(root);
  await mkdir(join(root, 'boot'));
  await mkdir(join(root, 'etc/sysconfig'), { recursive: true });
  await writeFile(join(root, 'etc/sysconfig/kernel'), 'UPDATEDEFAULT=yes\nDEFAULTKERNEL=kernel\n');
  for (const release of kernels) await addModules(root, release);
}

/** Adds what a kernel package has in /usr: the modules and the image. */
export async function addModules(root: string, release: string, label = 'be1'): Promise<void> {
  const place = join(root, 'usr/lib/modules', release);
  await mkdir(join(place, 'kernel/fs/btrfs'), { recursive: true });
  await writeFile(join(place, 'kernel/fs/btrfs/btrfs.ko'), `MODULE ${label} ${release}\n`);
  await writeFile(join(place, 'modules.dep'), 'kernel/fs/btrfs/btrfs.ko:\n');
  await writeFile(join(place, 'vmlinuz'), bootFile('KERNEL', label, release));
}

async function fillBoot(fs: LoopBtrfs, { top }: BootImage, kernels: readonly string[]): Promise<void> {
  await mkdir(join(top, 'loader/entries'), { recursive: true });
  await mkdir(join(top, 'grub2'));
  for (const release of kernels) await addKernel(top, release, fs.uuid);
  const entry = kernels[0] === undefined ? [] : [`saved_entry=${bootMachineId}-${kernels[0]}`];
  await writeFile(join(top, 'grub2/grubenv'), environment(...entry));
  const head = `### BEGIN /etc/grub.d/00_header ###\n${header(5, 'menu', '${saved_entry}')}### END /etc/grub.d/00_header ###\n`;
  await writeFile(join(top, 'grub2/grub.cfg'), `${head}blscfg\n`);
}

/** Adds what kernel-install writes to /boot for a kernel: image, initramfs and boot loader entry. */
export async function addKernel(top: string, release: string, rootUuid: string, label = 'be1'): Promise<void> {
  await writeFile(join(top, `vmlinuz-${release}`), bootFile('KERNEL', label, release));
  await writeFile(join(top, `initramfs-${release}.img`), bootFile('INITRD', label, release));
  const lines = [
    `title Fedora Linux (${release})`,
    `version ${release}`,
    `linux /vmlinuz-${release}`,
    `initrd /initramfs-${release}.img`,
    `options root=UUID=${rootUuid} ro rootflags=subvol=@${label} quiet`,
    'grub_users $grub_users',
    'grub_arg --unrestricted',
    'grub_class fedora',
  ];
  await writeFile(join(top, `loader/entries/${bootMachineId}-${release}.conf`), `${lines.join('\n')}\n`);
}

/** Mounts /boot in the bubble, as fstab says, and runs a command. */
const mountInBubble = 'mount -t "$1" -- "$2" /boot && shift 2 && exec "$@"';

function machineOf(machine: HookMachine, boot: BootImage): SeparateBootMachine {
  const { fs } = machine;
  const run: HookMachine['run'] = (command, options = {}) =>
    machine.run(['sh', '-c', mountInBubble, 'sh', boot.type, boot.device, ...command], options);
  const succeed = async (words: readonly string[]): Promise<string> => {
    const ended = await run(words);
    if (ended.status !== 0) throw new Error(`status ${ended.status}: ${ended.stdout}${ended.stderr}`);
    return ended.stdout;
  };
  return {
    ...machine,
    boot,
    run,
    sh: (script, options) => run(['sh', '-c', script], options),
    json: async (...words) => JSON.parse(await succeed(['be-hook', ...words, '--json'])) as unknown,
    writeBoot: async (path, text) => {
      await mkdir(dirname(join(boot.top, path)), { recursive: true });
      await writeFile(join(boot.top, path), text);
    },
    readBoot: (path) => readFile(join(boot.top, path), 'utf8').catch(() => ''),
    grub: async (options = {}) => {
      await fs.sync();
      const before = `${await blscfgFor(boot.top, ['loader/entries'])}set blsdir=/loader/entries\nexport blsdir\n${options.before ?? ''}`;
      const machineForGrub = {
        tools: await grubTools('2.12'),
        images: [boot.image, ...fs.images],
        menuDirectory: '/grub2',
      };
      return await runGrub(machineForGrub, { ...options, before });
    },
  };
}
