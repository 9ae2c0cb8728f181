/** Lines of columns as wide as their widest cell, two spaces apart, no space at the end of a line. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_none, column) =>
    Math.max(...rows.map((row) => width(row[column] ?? ''))),
  );
  const lines = rows.map((row) =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join('  '),
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function width(cell: string): number {
  return Array.from(cell).length;
}
