import { isRelative, parseStub } from '../formats/grub-stub.ts';
import type { StubFacts } from '../model/observation.ts';
import { listNames, readText, stat } from './files.ts';

/**
 * The mount points of the EFI system partition (Boot Loader Specification, "Mount points"; Fedora and Debian use
 * /boot/efi).
 */
export const espPlaces = ['/boot/efi', '/efi', '/boot'];

/** A grub.cfg with more bytes on an EFI system partition is not a stub. */
const stubLimit = 16 * 1024;

/**
 * The stubs on the EFI system partition. They name the file system and the directory that GRUB uses as its prefix. On
 * BIOS machines the prefix is inside GRUB's core image, and no program can read it from there. `defaultPath` is the path
 * of the default subvolume: GRUB resolves the prefix of some stubs from there.
 */
export function observeStubs(defaultPath: string): readonly StubFacts[] {
  return espPlaces.flatMap((place) => readable(() => findStubs(place, defaultPath)));
}

/**
 * The result of `read`; an empty list where it throws. Where autofs cannot mount a partition, reading it fails with any
 * error of the driver.
 */
export function readable<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch {
    return [];
  }
}

function findStubs(place: string, defaultPath: string): readonly StubFacts[] {
  return listNames(`${place}/EFI`).flatMap((vendor) => {
    const path = `${place}/EFI/${vendor}/grub.cfg`;
    const found = stat(path);
    const text = found?.kind === 'file' && found.size <= stubLimit ? readText(path) : '';
    const stub = parseStub(text);
    if (stub === undefined) return [];
    const relative = isRelative(text);
    const own = stub.prefix.replace(/^\/+|\/+$/g, '');
    const menuDirectory = relative && defaultPath !== '' ? `${defaultPath}/${own}` : own;
    return [{ path: path.slice(1), filesystemUuid: stub.uuid, menuDirectory, relative }];
  });
}

/** The kind of firmware that started this machine. The kernel shows /sys/firmware/efi only under UEFI. */
export function observeFirmware(): 'uefi' | 'bios' {
  return stat('/sys/firmware/efi') === undefined ? 'bios' : 'uefi';
}
