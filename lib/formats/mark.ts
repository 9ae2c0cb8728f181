import { parseBeName } from '../model/be-name.ts';
import type { Mark } from '../model/mark.ts';

/**
 * Reads the mark of a boot environment. Answers undefined for anything that `printMark` of this version could not have
 * written.
 */
export function parseMark(text: string): Mark | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, name, uuid, created } = value as Record<string, unknown>;
  if (version !== 1 || typeof name !== 'string' || typeof uuid !== 'string' || typeof created !== 'number')
    return undefined;
  const parsed = parseBeName(name);
  if (typeof parsed !== 'string') return undefined;
  const mark: Mark = { version, name: parsed, uuid, created };
  return printMark(mark) === text ? mark : undefined;
}

/** Whether a text is a mark of a version of be-hook that knows more than this one. */
export function isNewerMark(text: string): boolean {
  const version = /^\{"version":([0-9]{1,9})[,}]/.exec(text)?.[1];
  return version !== undefined && Number(version) > 1;
}

/** The text of a mark. */
export function printMark({ version, name, uuid, created }: Mark): string {
  return JSON.stringify({ version, name, uuid, created });
}
