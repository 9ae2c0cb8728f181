/** The counts of the quota group of one subvolume, in bytes on disk, metadata included. */
export interface QuotaGroup {
  readonly referenced: number;
  readonly exclusive: number;
}

/**
 * Reads `btrfs qgroup show --raw TOP`: the groups of level 0, by the id of their subvolume. Newer versions print
 * unescaped paths after the numbers. A line break in a path can make an id appear twice. Such an id is left out.
 */
export function parseQuotaGroups(text: string): ReadonlyMap<number, QuotaGroup> {
  const groups = new Map<number, QuotaGroup>();
  const seen = new Set<number>();
  for (const [, digits, referenced, exclusive] of text.matchAll(/^0\/(\d+) +(\d+) +(\d+)(?= |$)/gm)) {
    const id = Number(digits);
    if (seen.has(id)) groups.delete(id);
    else groups.set(id, { referenced: Number(referenced), exclusive: Number(exclusive) });
    seen.add(id);
  }
  return groups;
}
