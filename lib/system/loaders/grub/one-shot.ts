import {
  blockSize,
  parseEnvironmentBlock,
  printEnvironmentBlock,
} from '../../../bootloaders/grub/environment-block.ts';
import { oneShotPath, oneShotVariable } from '../../../bootloaders/grub/one-shot-file.ts';
import type { Mount } from '../../../formats/mountinfo.ts';
import type { OneShotFacts } from '../../../model/one-shot.ts';
import { espPlaces } from '../../esp.ts';
import { overwriteFile, readText, stat } from '../../files.ts';
import { spaceOf } from '../../probe.ts';
import { run } from '../../run.ts';

/** The space in bytes for a new file and its new directories. A cluster of FAT32 has at most 32 KiB. */
const roomForFile = 3 * 32 * 1024;

/** The running machine's facts for a one-shot request. It reads the partition's UUID only if `ask` is set. */
export async function observeOneShot(mounts: readonly Mount[], ask: boolean): Promise<OneShotFacts> {
  const none = { mountpoint: undefined, filesystemUuid: undefined, next: undefined };
  const partition = espPlaces.flatMap(
    (place) => mounts.find(({ mountpoint, type }) => mountpoint === place && type === 'vfat') ?? [],
  )[0];
  if (partition === undefined) {
    const why = 'no EFI system partition is mounted on /boot/efi or /efi, and GRUB cannot write to a file on btrfs';
    return { ...none, why };
  }
  const { mountpoint, source, readOnly } = partition;
  if (readOnly) return { ...none, why: `${mountpoint} is mounted read-only` };
  const isThere = stat(`${mountpoint}${oneShotPath}`)?.size === blockSize;
  if (!isThere && spaceOf(mountpoint).free < roomForFile) return { ...none, why: `${mountpoint} is full` };
  const next = readNext(mountpoint);
  return { mountpoint, why: '', filesystemUuid: ask ? await uuidOf(source) : undefined, next };
}

/**
 * Writes the one-shot request for a boot environment; `undefined` withdraws it. It writes in place, because FAT has no
 * atomic replacement. The variable is in the first sector, and a disk writes a sector completely or not at all.
 */
export function writeNext(mountpoint: string, name: string | undefined): void {
  overwriteFile(`${mountpoint}${oneShotPath}`, printEnvironmentBlock(oneShotVariable, name ?? ''));
}

function readNext(mountpoint: string): string | undefined {
  try {
    const path = `${mountpoint}${oneShotPath}`;
    if (stat(path)?.size !== blockSize) return undefined;
    return parseEnvironmentBlock(readText(path))?.get(oneShotVariable) || undefined;
  } catch {
    // GRUB cannot read such a request either.
    return undefined;
  }
}

async function uuidOf(source: string): Promise<string | undefined> {
  const { stdout } = await run('blkid', ['-o', 'value', '-s', 'UUID', source], { expect: [0, 2] });
  return stdout.trim() === '' ? undefined : stdout.trim();
}
