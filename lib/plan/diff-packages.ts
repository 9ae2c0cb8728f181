import type { Moved, PackageDifference } from '../model/difference.ts';
import { comparePackages, type Package, printVersion } from '../model/package.ts';
import { compareText } from '../model/version-order.ts';

/**
 * How the packages of two systems differ. A package with exactly one version on each side is upgraded or downgraded. If
 * several versions are or may be installed side by side, each version is added or removed by itself.
 */
export function diffPackages(from: readonly Package[], to: readonly Package[]): PackageDifference {
  const added: Package[] = [];
  const removed: Package[] = [];
  const moved: Moved[] = [];
  const [before, after] = [groupByKey(from), groupByKey(to)];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [old, young] = [before.get(key) ?? [], after.get(key) ?? []];
    const pair = asMove(old, young);
    if (pair !== undefined) moved.push(pair);
    else {
      added.push(...without(young, old));
      removed.push(...without(old, young));
    }
  }
  return {
    added: added.sort(byName),
    removed: removed.sort(byName),
    upgraded: moved
      .filter((candidate) => comparePackages(candidate.from, candidate.to) < 0)
      .sort((a, b) => byName(a.to, b.to)),
    downgraded: moved
      .filter((candidate) => comparePackages(candidate.from, candidate.to) > 0)
      .sort((a, b) => byName(a.to, b.to)),
  };
}

function groupByKey(packages: readonly Package[]): ReadonlyMap<string, readonly Package[]> {
  const groups = new Map<string, Package[]>();
  for (const installed of packages) {
    const key = `${installed.name}\t${installed.arch ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [installed]);
    else group.push(installed);
  }
  return groups;
}

/**
 * The pair of an upgraded or downgraded package; undefined if there is no such pair. Versions that rpm calls equal,
 * such as 1.0 and 1.00, are neither newer nor older.
 */
function asMove(old: readonly Package[], young: readonly Package[]): Moved | undefined {
  const [from, to] = [old[0], young[0]];
  if (from === undefined || to === undefined || old.length > 1 || young.length > 1) return undefined;
  return from.parallel || to.parallel || comparePackages(from, to) === 0 ? undefined : { from, to };
}

function without(packages: readonly Package[], others: readonly Package[]): readonly Package[] {
  const known = new Set(others.map(printVersion));
  return packages.filter((pkg) => !known.has(printVersion(pkg)));
}

function byName(a: Package, b: Package): number {
  return compareText(a.name, b.name) || compareText(a.arch ?? '', b.arch ?? '') || comparePackages(a, b);
}
