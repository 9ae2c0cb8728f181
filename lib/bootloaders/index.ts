import type { Loader } from '../plan/loader.ts';
import { grub } from './grub/backend.ts';

/** The boot loader of this machine. To add one, add a folder beside this file and a line here. */
export const loader: Loader = grub;
