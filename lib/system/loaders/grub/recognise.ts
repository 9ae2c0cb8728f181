import { stat } from '../../files.ts';
import type { OpenFilesystem } from '../../mounts.ts';

/** Whether a separate /boot has a menu of GRUB. GRUB then starts the machine, whatever other loaders find there. */
export function hasGrubMenu({ top }: Pick<OpenFilesystem, 'top'>): boolean {
  return ['grub2', 'grub'].some((name) => stat(`${top}/${name}/grub.cfg`) !== undefined);
}
