import type { FileText } from '../../model/observation.ts';
import { handOverLines } from './hand-over.ts';

/** The name of the file that a generated grub.cfg executes if it exists. */
export const customFileName = 'custom.cfg';

const head = '# Written by be-hook, because grub.cfg cannot be replaced safely on this file system.';

/** The text of a custom.cfg that shows be-hook's menu. */
export const customFile = [head, ...handOverLines, ''].join('\n');

/** Whether a grub.cfg executes the custom.cfg beside it, as 41_custom writes it (util/grub.d/41_custom.in). */
export function readsCustomFile(grubCfg: string): boolean {
  return /^\s*source\s+"?\$\{?config_directory\}?\/custom\.cfg"?\s*$/m.test(grubCfg);
}

/**
 * The state of a custom.cfg. `own` leads to be-hook's menu, also as another version of be-hook wrote it. `damaged` is one of
 * be-hook that a power cut left incomplete.
 */
export type CustomFileState = 'missing' | 'own' | 'damaged' | 'foreign';

/** The state of the custom.cfg in a GRUB directory. */
export function findCustomFile(file: FileText): CustomFileState {
  if (file.kind !== 'text') return file.kind === 'missing' ? 'missing' : 'foreign';
  const { text } = file;
  if (text === customFile) return 'own';
  // FAT may have the size of a file on disk before its content.
  const written = text.replace(/\0+$/, '');
  if (customFile.startsWith(written)) return 'damaged';
  if (!text.startsWith(`${head}\n`)) return 'foreign';
  return handOverLines.at(-1) === text.trimEnd().split('\n').at(-1) ? 'own' : 'damaged';
}
