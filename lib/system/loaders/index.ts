import type { OpenFilesystem } from '../mounts.ts';
import { blsSystem } from './bls/bls-system.ts';
import { bootsByEntries } from './bls/recognise.ts';
import { grubSystem } from './grub/grub-system.ts';
import { hasGrubMenu } from './grub/recognise.ts';
import type { LoaderSystem } from './loader-system.ts';

/** The boot loader of the machine with this separate /boot; undefined for one without. See lib/bootloaders/index.ts. */
export function loaderSystemOf(boot: OpenFilesystem | undefined): LoaderSystem {
  return boot !== undefined && !hasGrubMenu(boot) && bootsByEntries(boot) ? blsSystem : grubSystem;
}
