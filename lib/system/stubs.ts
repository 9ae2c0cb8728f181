import { isRelative, parseStub } from '../formats/grub-stub.ts';
import type { StubFacts } from '../model/observation.ts';
import { listNames, readText, stat } from './files.ts';

/**
 * Where the EFI system partition is mounted (Boot Loader Specification, "Mount points"; Fedora and Debian use
 * /boot/efi).
 */
export const espPlaces = ['/boot/efi', '/efi', '/boot'];

/** Bytes above which a grub.cfg on an EFI system partition is no stub. */
const stubLimit = 16 * 1024;

/**
 * How firmware gets to GRUB's menu: the stubs on the EFI system partition, which name the file system and directory
 * that GRUB takes for its prefix. On BIOS machines the prefix is inside of GRUB's core image, where nobody can read it
 * back. `defaultPath` is the default subvolume's, from which some of them are read.
 */
export function observeStubs(defaultPath: string): readonly StubFacts[] {
  return espPlaces.flatMap((place) => readable(() => findStubs(place, defaultPath)));
}

/**
 * What was read of a partition, nothing where it cannot be read: an automounted one that cannot be mounted fails with whatever
 * its driver says.
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
    const home = relative && defaultPath !== '' ? `${defaultPath}/${own}` : own;
    return [{ path: path.slice(1), filesystemUuid: stub.uuid, home, relative }];
  });
}

/** What firmware this machine was started by (the kernel shows /sys/firmware/efi only under UEFI). */
export function observeFirmware(): 'uefi' | 'bios' {
  return stat('/sys/firmware/efi') === undefined ? 'bios' : 'uefi';
}
