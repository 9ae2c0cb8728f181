import { type Assignments, isAssignmentFault, parseAssignments } from '../../formats/shell-assignments.ts';
import type { FileText } from '../../model/observation.ts';
import { BeHookError } from '../../model/problem.ts';
import { textOf } from '../../plan/interpret/file-text.ts';

/**
 * The assignments in /etc/default/grub and the files of /etc/default/grub.d; later ones override earlier ones. Throws
 * `file-malformed`.
 */
export function interpretGrubDefaults(files: readonly FileText[]): Assignments {
  let values: Assignments = new Map();
  for (const file of files) {
    const answer = parseAssignments(textOf(file) ?? '', values);
    if (isAssignmentFault(answer)) {
      const hint = 'close the quote; a shell reads this file';
      throw new BeHookError({ code: 'file-malformed', path: file.path, line: answer.line, why: answer.why, hint });
    }
    values = answer;
  }
  return values;
}
