/** The sum that `btrfs filesystem du` prints for some trees, in bytes of file data before compression. */
export interface DiskUsage {
  readonly total: number;
  readonly exclusive: number;
}

/**
 * Adds up the output of `btrfs filesystem du -s --raw PATH…` for `count` paths. Undefined where the number of lines
 * differs. btrfs prints paths unescaped, at the end of their line.
 */
export function parseDiskUsage(text: string, count: number): DiskUsage | undefined {
  const rows = [...text.matchAll(/^ *(\d+) +(\d+) +(?:\d+|-) +\S/gm)];
  if (rows.length !== count) return undefined;
  const sum = (column: number): number => rows.reduce((sum, row) => sum + Number(row[column]), 0);
  return { total: sum(1), exclusive: sum(2) };
}
