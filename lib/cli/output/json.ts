import type { Output } from './schema/index.ts';

/** A value as the JSON that scripts read: indented, one line break at its end. A published schema describes it. */
export function printJson(value: Output): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
