import { type FstabEntry, parseFstab } from '../formats/fstab.ts';
import { findBootEntry, mountsAtBoot } from '../formats/fstab-subvolume.ts';
import type { BootFilesystemFacts, FileText } from '../model/observation.ts';
import { isProblem } from '../model/problem.ts';

/** The line of an fstab that mounts /boot. Undefined without such a line, and for a text that is no fstab. */
export function bootLineOf(fstab: FileText): FstabEntry | undefined {
  return findBootEntry(linesOf(fstab));
}

/** Whether an fstab mounts this file system at /boot. */
export function mountsBoot(fstab: FileText, filesystem: Pick<BootFilesystemFacts, 'sources'>): boolean {
  return mountsAtBoot(linesOf(fstab), filesystem);
}

function linesOf(fstab: FileText): readonly FstabEntry[] {
  const lines = fstab.kind === 'text' ? parseFstab(fstab.text) : [];
  return isProblem(lines) ? [] : lines;
}
