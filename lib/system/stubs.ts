import { parseStub } from '../formats/grub-stub.ts';
import type { StubFacts } from '../model/observation.ts';
import { listNames, readText, stat } from './files.ts';

/**
 * Where the EFI system partition is mounted (Boot Loader Specification, "Mount points"; Fedora and Debian use
 * /boot/efi).
 */
const places = ['/boot/efi', '/efi', '/boot'];

/** Bytes above which a grub.cfg on an EFI system partition is no stub. */
const stubLimit = 16 * 1024;

/**
 * How firmware gets to GRUB's menu: the stubs on the EFI system partition, which name the file system and directory
 * that GRUB takes for its prefix. On BIOS machines the prefix is inside of GRUB's core image, where nobody can read it
 * back.
 */
export function observeStubs(): readonly StubFacts[] {
  return places.flatMap((place) => readable(() => findStubs(place)));
}

// An automounted partition that cannot be mounted fails with whatever its driver says; stubs only inform, so they are
// none then.
function readable(read: () => readonly StubFacts[]): readonly StubFacts[] {
  try {
    return read();
  } catch {
    return [];
  }
}

function findStubs(place: string): readonly StubFacts[] {
  return listNames(`${place}/EFI`).flatMap((vendor) => {
    const path = `${place}/EFI/${vendor}/grub.cfg`;
    const found = stat(path);
    const stub = found?.kind === 'file' && found.size <= stubLimit ? parseStub(readText(path)) : undefined;
    if (stub === undefined) return [];
    return [{ path: path.slice(1), filesystemUuid: stub.uuid, home: stub.prefix.replace(/^\/+|\/+$/g, '') }];
  });
}

/** What firmware this machine was started by (the kernel shows /sys/firmware/efi only under UEFI). */
export function observeFirmware(): 'uefi' | 'bios' {
  return stat('/sys/firmware/efi') === undefined ? 'bios' : 'uefi';
}
