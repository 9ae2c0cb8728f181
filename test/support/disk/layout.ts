import { mkdir, open, stat } from 'node:fs/promises';
import { tool } from '../guest/tool.ts';

const mebibyte = 1024 * 1024;

/** The partitions of every test disk, in bytes: 1 BIOS boot, 2 EFI system (FAT), 3 btrfs. */
export const layout = {
  biosBoot: 1 * mebibyte,
  esp: 2 * mebibyte,
  espSize: 16 * mebibyte,
  btrfs: 18 * mebibyte,
  /** The second copy of the partition table, after the btrfs. */
  end: 1 * mebibyte,
} as const;

/** A partition's position in an image, for losetup and mount. */
export interface Extent {
  readonly offset: number;
  readonly sizelimit: number;
}

/** The position of the btrfs in an image. */
export async function btrfsExtent(image: string): Promise<Extent> {
  const { size } = await stat(image);
  return { offset: layout.btrfs, sizelimit: size - layout.btrfs - layout.end };
}

/** Makes an empty sparse image with the partition table of all test disks. */
export async function partition(image: string, sizeMiB: number): Promise<void> {
  await makePartitions(image, sizeMiB, 0);
}

/**
 * The same with a fourth partition behind the btrfs, for /boot, and returns the positions of both. The functions for a
 * disk without that partition do not find its btrfs.
 */
export async function partitionWithBoot(
  image: string,
  sizeMiB: number,
  bootMiB: number,
): Promise<{ readonly btrfs: Extent; readonly boot: Extent }> {
  await makePartitions(image, sizeMiB, bootMiB);
  const sizelimit = bootMiB * mebibyte;
  const end = sizeMiB * mebibyte - layout.end - sizelimit;
  return { btrfs: { offset: layout.btrfs, sizelimit: end - layout.btrfs }, boot: { offset: end, sizelimit } };
}

async function makePartitions(image: string, sizeMiB: number, bootMiB: number): Promise<void> {
  const file = await open(image, 'w');
  await file.truncate(sizeMiB * mebibyte);
  await file.close();
  const sector = (byte: number) => byte / 512;
  const end = sector(sizeMiB * mebibyte - layout.end);
  const boot = end - sector(bootMiB * mebibyte);
  await tool('sgdisk', [
    ...['-a', '1'],
    ...[`--new=1:${sector(layout.biosBoot)}:${sector(layout.esp) - 1}`, '--typecode=1:ef02'],
    ...[`--new=2:${sector(layout.esp)}:${sector(layout.btrfs) - 1}`, '--typecode=2:ef00'],
    ...[`--new=3:${sector(layout.btrfs)}:${boot - 1}`, '--typecode=3:8300'],
    ...(bootMiB === 0 ? [] : [`--new=4:${boot}:${end - 1}`, '--typecode=4:8300']),
    image,
  ]);
}

/** Makes the FAT filesystem of the EFI system partition with mtools, because not every kernel can mount FAT. */
export async function formatEsp(image: string): Promise<void> {
  await tool('mformat', ['-i', esp(image), '-T', String(layout.espSize / 512), '-h', '16', '-s', '63', '::']);
}

/** Writes a file on the EFI system partition. Replaces an existing file and creates directories. */
export async function writeToEsp(image: string, path: string, content: Uint8Array): Promise<void> {
  const directories = path.split('/').slice(0, -1);
  for (let depth = 1; depth <= directories.length; depth += 1) {
    await tool('mmd', ['-D', 's', '-i', esp(image), `::/${directories.slice(0, depth).join('/')}`]).catch(() => '');
  }
  await tool('mcopy', ['-o', '-i', esp(image), '-', `::/${path}`], { input: content });
}

/** Copies all files of the EFI system partition into a new directory. */
export async function readEsp(image: string, directory: string): Promise<void> {
  await mkdir(directory);
  await tool('mcopy', ['-s', '-n', '-i', esp(image), '::/*', directory]);
}

function esp(image: string): string {
  return `${image}@@${layout.esp}`;
}

/** Writes bytes at a position in an image. */
export async function writeAt(image: string, position: number, bytes: Uint8Array): Promise<void> {
  const file = await open(image, 'r+');
  try {
    await file.write(bytes, 0, bytes.length, position);
  } finally {
    await file.close();
  }
}
