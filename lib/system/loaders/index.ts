import { grubSystem } from './grub/grub-system.ts';
import type { LoaderSystem } from './loader-system.ts';

/** The boot loader of this machine. It is the one that lib/bootloaders/index.ts names. */
export const loaderSystem: LoaderSystem = grubSystem;
