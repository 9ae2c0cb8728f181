import { mkdir, open } from 'node:fs/promises';
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
  const extent = await readExtent(image, 3);
  if (extent === undefined) throw new Error(`${image}: no partition for the btrfs`);
  return extent;
}

/** The position of /boot in an image; undefined for a disk without a partition for /boot. */
export function bootExtent(image: string): Promise<Extent | undefined> {
  return readExtent(image, 4);
}

/**
 * Reads a position from the partition table. Its entries have 128 bytes each and begin in the third sector, with the
 * first and the last sector of the partition at the bytes 32 and 40 (UEFI specification, “GPT Partition Entry Array”).
 */
async function readExtent(image: string, partition: number): Promise<Extent | undefined> {
  const entry = Buffer.alloc(128);
  const file = await open(image, 'r');
  try {
    await file.read(entry, 0, entry.length, 2 * 512 + (partition - 1) * entry.length);
  } finally {
    await file.close();
  }
  const [first, last] = [entry.readBigUInt64LE(32), entry.readBigUInt64LE(40)].map(Number);
  if (first === undefined || last === undefined || last === 0) return undefined;
  return { offset: first * 512, sizelimit: (last + 1 - first) * 512 };
}

/** Makes an empty sparse image with the partition table of all test disks. */
export async function partition(image: string, sizeMiB: number): Promise<void> {
  await makePartitions(image, sizeMiB, 0);
}

/** The same with a fourth partition for /boot, behind the btrfs. */
export async function partitionWithBoot(image: string, sizeMiB: number, bootMiB: number): Promise<void> {
  await makePartitions(image, sizeMiB, bootMiB);
}

/** Makes an image larger, and adds the fourth partition, for /boot. */
export async function appendBoot(image: string, bootMiB: number): Promise<void> {
  const file = await open(image, 'r+');
  const { size } = await file.stat();
  await file.truncate(size + bootMiB * mebibyte);
  await file.close();
  const first = (size - layout.end) / 512;
  const last = first + (bootMiB * mebibyte) / 512 - 1;
  await tool('sgdisk', ['-a', '1', '--move-second-header', `--new=4:${first}:${last}`, '--typecode=4:8300', image]);
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
