import type { FileText } from '../model/observation.ts';
import type { Step } from '../model/step.ts';

/** The steps that write files of a root, in this order. Each gets its text; a file without a text has no step. */
export function writeFiles(files: readonly FileText[], reason: string): readonly Step[] {
  return files.flatMap((file): readonly Step[] => {
    if (file.kind !== 'text') return [];
    const { on = 'root', path, text } = file;
    return [{ kind: 'write-file', on, path, text, mode: 0o644, labelLike: undefined, reason }];
  });
}
