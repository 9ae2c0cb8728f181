import { type FstabEntry, parseFstab } from '../../formats/fstab.ts';
import type { FileText, RootFacts } from '../../model/observation.ts';
import { shownPath } from '../../model/place.ts';
import { isProblem, type Problem } from '../../model/problem.ts';

/** The text of a file; undefined if there is no such file, and `file-unreadable` if it could not be read. */
export function textOf(file: FileText): string | undefined | Problem {
  if (file.kind === 'unreadable') return { code: 'file-unreadable', path: shownPath(file), why: file.why };
  return file.kind === 'text' ? file.text : undefined;
}

/** The lines of a root's fstab; none if it has no fstab. */
export function readFstab({ fstab }: Pick<RootFacts, 'fstab'>): readonly FstabEntry[] | Problem {
  const text = textOf(fstab);
  return isProblem(text) ? text : parseFstab(text ?? '', fstab.path);
}
