/** How a cell of a table looks on a terminal. */
export type Style = 'bold' | 'yellow' | 'red';

/** Select Graphic Rendition of ECMA-48: bold, and the foreground colours 3 and 1. */
const codes: Readonly<Record<Style, string>> = { bold: '1', yellow: '33', red: '31' };

/** A text in a style. */
export function paint(text: string, style: Style): string {
  return `\u001b[${codes[style]}m${text}\u001b[0m`;
}

/** Whether a stream shows colours: a terminal that knows them, unless the user set NO_COLOR (no-color.org). */
export function showsColours(
  { isTTY }: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
