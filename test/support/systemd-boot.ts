import { join } from 'node:path';
import { cached } from './cache.ts';
import { unpackPackages } from './guest/archive.ts';

const recipe = { version: 1, suite: 'bookworm', packages: ['systemd-boot', 'systemd-boot-efi'] } as const;

/** systemd's boot loader for UEFI, and the program that lists what it would show. They are not installed: see below. */
export interface SystemdBoot {
  readonly loader: string;
  readonly bootctl: string;
}

/** Unpacks Debian's packages. Installing them would put a boot loader on the EFI system partition of this machine. */
export async function systemdBoot(): Promise<SystemdBoot> {
  const directory = await cached('systemd-boot', recipe, (target) =>
    unpackPackages(recipe.suite, recipe.packages, target),
  );
  return {
    loader: join(directory, 'usr/lib/systemd/boot/efi/systemd-bootx64.efi'),
    bootctl: join(directory, 'usr/bin/bootctl'),
  };
}
