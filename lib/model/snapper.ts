/**
 * The number of the snapshot whose subvolume has this path: snapper keeps it in `.snapshots/NUMBER/snapshot`
 * (snapper(8)). Undefined for any other path.
 */
export function snapperNumber(path: string): string | undefined {
  return /(?:^|\/)\.snapshots\/([0-9]+)\/snapshot$/.exec(path)?.[1];
}
