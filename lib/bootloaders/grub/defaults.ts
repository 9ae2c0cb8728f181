import { type Assignments, isAssignmentFault, parseAssignments } from '../../formats/shell-assignments.ts';
import type { FileText } from '../../model/observation.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import { textOf } from '../../plan/interpret/file-text.ts';

/**
 * The assignments in /etc/default/grub and the files of /etc/default/grub.d; later ones override earlier ones. Returns
 * `file-malformed` and `file-unreadable`.
 */
export function interpretGrubDefaults(files: readonly FileText[]): Assignments | Problem {
  let values: Assignments = new Map();
  for (const file of files) {
    const text = textOf(file);
    if (isProblem(text)) return text;
    const answer = parseAssignments(text ?? '', values);
    if (isAssignmentFault(answer)) {
      const hint = 'close the quote; a shell reads this file';
      return { code: 'file-malformed', path: file.path, line: answer.line, why: answer.why, hint };
    }
    values = answer;
  }
  return values;
}
