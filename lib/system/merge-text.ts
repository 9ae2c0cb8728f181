import { readText, stat } from './files.ts';
import { run } from './run.ts';

/** Administrators do not edit files with more bytes by hand. */
const limit = 1024 * 1024;

/**
 * The text of `copy` with the changes from `base` to `source`. Undefined where both changed the same place, and where one
 * of the files is not text. The same change on both sides is not a conflict (diff3(1), -E). Throws `tool-missing`.
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
