import type { StubFacts } from '../../../bootloaders/grub/facts.ts';
import { isRelative, parseStub } from '../../../bootloaders/grub/stub.ts';
import { espPlaces, readable } from '../../esp.ts';
import { listNames, readText, stat } from '../../files.ts';

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
