import { type FstabEntry, parseFstab } from '../formats/fstab.ts';
import { findBootEntry } from '../formats/fstab-subvolume.ts';
import type { FileText } from '../model/observation.ts';
import { isProblem } from '../model/problem.ts';

/** The line of an fstab that mounts /boot. Undefined without such a line, and for a text that is no fstab. */
export function bootLineOf(fstab: FileText): FstabEntry | undefined {
  const lines = fstab.kind === 'text' ? parseFstab(fstab.text) : [];
  return isProblem(lines) ? undefined : findBootEntry(lines);
}
