import { readFileSync } from 'node:fs';
import type { Mount } from '../formats/mountinfo.ts';
import type { LoaderSettingFacts } from '../model/observation.ts';
import { espPlaces, readable } from './esp.ts';
import { listNames, stat } from './files.ts';
import { type Root, readInside, resolveInside } from './inside.ts';

/**
 * Boot Loader Specification entries ("Type #1") on the partitions that firmware can read, and systemd's record of the
 * type of the entries (`entries.srel`), which sdbootutil writes too. A /boot that is a directory of the root is not such
 * a partition.
 */
export function observeEspEntries(mounts: readonly Mount[]): readonly string[] {
  const isPartition = (place: string): boolean =>
    place !== '/boot' || mounts.some(({ mountpoint, type }) => mountpoint === place && type === 'vfat');
  const partitions = espPlaces.filter(isPartition);
  return partitions.flatMap((place) =>
    readable(() => {
      const note = stat(`${place}/loader/entries.srel`) === undefined ? [] : [`${place}/loader/entries.srel`];
      const entries = listNames(`${place}/loader/entries`).filter((name) => name.endsWith('.conf'));
      return [...note, ...entries.map((name) => `${place}/loader/entries/${name}`)];
    }),
  );
}

/** The firmware variable with the name of the boot loader (systemd, "Boot Loader Interface"). */
const loaderInfoFile = '/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';

/** The name of the loader that started this machine, for instance `systemd-boot 257.5`; undefined where it set no name. */
export function observeLoaderInfo(): string | undefined {
  if (stat(loaderInfoFile) === undefined) return undefined;
  const [text] = readable(() => {
    // Four bytes of attributes, then UTF-16 (Linux, Documentation/filesystems/efivarfs.rst).
    return [readFileSync(loaderInfoFile).subarray(4).toString('utf16le').replaceAll('\0', '').trim()];
  });
  return text === '' ? undefined : text;
}

/** The settings of a root about its boot loader that the boot loader itself does not read. */
export function observeLoaderSetting(root: Root): LoaderSettingFacts {
  return {
    file: readInside(root, 'etc/sysconfig/bootloader'),
    tuned: readInside(root, 'etc/tuned/bootcmdline'),
    sdbootutil: resolveInside(root, 'usr/bin/sdbootutil').kind === 'found',
  };
}

/** The kind of firmware that started this machine. The kernel shows /sys/firmware/efi only under UEFI. */
export function observeFirmware(): 'uefi' | 'bios' {
  return stat('/sys/firmware/efi') === undefined ? 'bios' : 'uefi';
}
