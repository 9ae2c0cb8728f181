import { readText, stat } from './files.ts';
import { run } from './run.ts';

/** Bytes above which a file is nothing that somebody edits by hand. */
const limit = 1024 * 1024;

/**
 * What a text is when the changes from `base` to `source` are made in `copy`; undefined where both changed the same
 * place, and where one of them is no text. What both changed alike is no conflict (diff3(1), -E). Throws `tool-missing`.
 */
export async function mergeText(base: string, source: string, copy: string): Promise<string | undefined> {
  if (![base, source, copy].every(isText)) return undefined;
  const { status, stdout } = await run('diff3', ['-m', '-E', '--', copy, base, source], { expect: 'any' });
  return status === 0 ? stdout : undefined;
}

function isText(path: string): boolean {
  const found = stat(path);
  if (found?.kind !== 'file' || found.size > limit) return false;
  try {
    return !readText(path).includes('\0');
  } catch {
    return false;
  }
}
