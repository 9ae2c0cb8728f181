import { abilities } from '../../../model/filesystem-type.ts';
import { stat } from '../../files.ts';
import type { OpenFilesystem } from '../../mounts.ts';

/** The programs of systemd-boot, as `bootctl install` names them. */
const programs = ['systemd-bootx64.efi', 'systemd-bootaa64.efi', 'systemd-bootia32.efi', 'systemd-bootriscv64.efi'];

/** Whether systemd-boot reads its entries from this partition: it has the program, its settings, or systemd's note. */
export function bootsByEntries({ top, type }: Pick<OpenFilesystem, 'top' | 'type'>): boolean {
  if (!abilities[type].firmware) return false;
  const has = (path: string): boolean => stat(`${top}/${path}`) !== undefined;
  return has('loader/entries.srel') || has('loader/loader.conf') || programs.some((name) => has(`EFI/systemd/${name}`));
}
