import type { FileText } from '../../model/observation.ts';
import { BeHookError } from '../../model/problem.ts';

/**
 * The text of a file; undefined if there is no such file. Throws `file-unreadable` if the file exists and could not be
 * read.
 */
export function textOf(file: FileText): string | undefined {
  if (file.kind === 'unreadable') throw new BeHookError({ code: 'file-unreadable', path: file.path, why: file.why });
  return file.kind === 'text' ? file.text : undefined;
}
