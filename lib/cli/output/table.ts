import { paint, type Style } from './colour.ts';

/**
 * Prints columns as wide as their widest cell, two spaces apart, without a space at the end of a line. `styleOf`
 * returns the style of a cell, if it has one.
 */
export function printTable(
  rows: readonly (readonly string[])[],
  styleOf: (row: number, column: number) => Style | undefined = () => undefined,
): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_none, column) =>
    Math.max(...rows.map((row) => width(row[column] ?? ''))),
  );
  const lines = rows.map((row, index) => {
    const cells = row.map((cell, column) => {
      const style = styleOf(index, column);
      const padding = ' '.repeat((widths[column] ?? 0) - width(cell));
      return (style === undefined ? cell : paint(cell, style)) + padding;
    });
    return cells.join('  ');
  });
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function width(cell: string): number {
  return Array.from(cell).length;
}
