/** A value as the JSON that scripts read: indented, one line break at its end. */
export function printJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
