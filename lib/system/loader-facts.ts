import { parseStub } from '../formats/grub-stub.ts';
import { listNames, readText, stat } from './files.ts';

/**
 * Where the EFI system partition is mounted (Boot Loader Specification, "Mount points"; Fedora and Debian use
 * /boot/efi).
 */
const places = ['/boot/efi', '/efi', '/boot'];

/**
 * How the firmware gets to GRUB's menu: for UEFI the stubs on the EFI system partition, which name the file system and
 * directory that GRUB takes for its prefix. On BIOS machines the prefix is inside of GRUB's core image, where nobody
 * can read it back.
 */
export function describeLoader(): readonly string[] {
  if (stat('/sys/firmware/efi') === undefined) return ['GRUB, started by BIOS'];
  const stubs = places.flatMap((place) =>
    listNames(`${place}/EFI`).flatMap((vendor) => {
      const path = `${place}/EFI/${vendor}/grub.cfg`;
      return stat(path)?.kind === 'file' ? [{ path, stub: parseStub(readText(path)) }] : [];
    }),
  );
  const found = stubs.flatMap(({ path, stub }) =>
    stub === undefined ? [] : [`${path} leads to ${stub.prefix} on ${stub.uuid}`],
  );
  return found.length === 0 ? ['GRUB, started by UEFI'] : [`GRUB, started by UEFI; ${found.join('; ')}`];
}
