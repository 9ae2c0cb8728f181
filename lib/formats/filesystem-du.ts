/** What `btrfs filesystem du` tells of some trees together, in bytes of file data before compression. */
export interface DiskUsage {
  readonly total: number;
  readonly exclusive: number;
}

/**
 * Adds up what `btrfs filesystem du -s --raw PATH…` prints for `count` paths; undefined when it does not tell that many.
 * Paths are printed as they are, at the end of their line.
 */
export function parseDiskUsage(text: string, count: number): DiskUsage | undefined {
  const rows = [...text.matchAll(/^ *(\d+) +(\d+) +(?:\d+|-) +\S/gm)];
  if (rows.length !== count) return undefined;
  const sum = (column: number): number => rows.reduce((all, row) => all + Number(row[column]), 0);
  return { total: sum(1), exclusive: sum(2) };
}
