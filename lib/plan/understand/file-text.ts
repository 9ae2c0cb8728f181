import type { FileText } from '../../model/observation.ts';
import { BeHookError } from '../../model/problem.ts';

/**
 * The text of a file, undefined when there is none. Throws `file-unreadable` when there is one that could not be read.
 */
export function textOf(file: FileText): string | undefined {
  if (file.kind === 'unreadable') throw new BeHookError({ code: 'file-unreadable', path: file.path, why: file.why });
  return file.kind === 'text' ? file.text : undefined;
}
