import type { Loader } from '../plan/loader.ts';
import { grub } from './grub/backend.ts';

/** The boot loader of this machine. A new one is a folder beside this file, and a line in it. */
export const loader: Loader = grub;
