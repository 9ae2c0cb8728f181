import { compareText, compareVersions } from './version-order.ts';

/** One version of a package, as rpm names it. */
export interface Package {
  readonly name: string;
  /** Undefined for packages without an architecture, such as the key of a repository. */
  readonly arch: string | undefined;
  /** EPOCH:VERSION-RELEASE as dnf and `rpm -q --qf %{EVR}` print it. An epoch of 0 is left out. */
  readonly version: string;
}

/** An installed package. */
export interface InstalledPackage extends Package {
  /** Whether several versions can be installed side by side and do not replace each other: kernels, keys. */
  readonly parallel: boolean;
}

/** A package that has another version than before. */
export interface PackageMove {
  readonly name: string;
  readonly arch: string | undefined;
  readonly from: string;
  readonly to: string;
}

/** How one set of packages differs from another one, sorted by name. */
export interface PackageChanges {
  readonly added: readonly Package[];
  readonly removed: readonly Package[];
  readonly changed: readonly PackageMove[];
}

/** The name of a package with its architecture. */
export function nameWithArch({ name, arch }: Pick<Package, 'name' | 'arch'>): string {
  return arch === undefined ? name : `${name}.${arch}`;
}

/** Prints EPOCH:VERSION-RELEASE. An epoch of 0 is left out. */
export function printVersion(epoch: string, version: string, release: string): string {
  return `${Number(epoch) === 0 ? '' : `${epoch}:`}${version}-${release}`;
}

/** The order of two versions of a package: negative if `a` is older, 0 if rpm considers them equal. */
export function compareEvr(a: string, b: string): number {
  const [one, other] = [splitVersion(a), splitVersion(b)];
  return (
    one.epoch - other.epoch ||
    compareVersions(one.version, other.version) ||
    compareVersions(one.release, other.release)
  );
}

/** No part can have a colon or a hyphen in it (rpm, build/parsePreamble.c). */
function splitVersion(evr: string): { epoch: number; version: string; release: string } {
  const [, epoch = '0', version = evr, release = ''] = /^(?:(\d+):)?(.*)-([^-]*)$/.exec(evr) ?? [];
  return { epoch: Number(epoch), version, release };
}

/**
 * How the packages of two systems differ. A package with exactly one version on each side is changed. If several
 * versions are or may be installed side by side, each version is added or removed by itself. The same applies to
 * versions that rpm considers equal, such as 1.0 and 1.00, because neither is newer.
 */
export function comparePackages(from: readonly InstalledPackage[], to: readonly InstalledPackage[]): PackageChanges {
  const added: Package[] = [];
  const removed: Package[] = [];
  const changed: PackageMove[] = [];
  const [before, after] = [groupPackages(from), groupPackages(to)];
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const [old, young] = [before.get(key) ?? [], after.get(key) ?? []];
    const move = asMove(old, young);
    if (move !== undefined) changed.push(move);
    else {
      added.push(...without(young, old));
      removed.push(...without(old, young));
    }
  }
  return { added: added.sort(byName), removed: removed.sort(byName), changed: changed.sort(byName) };
}

/** The packages by name and architecture. */
export function groupPackages<T extends Package>(packages: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const candidate of packages) {
    const key = `${candidate.name}\t${candidate.arch ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [candidate]);
    else group.push(candidate);
  }
  return groups;
}

function asMove(old: readonly InstalledPackage[], young: readonly InstalledPackage[]): PackageMove | undefined {
  const [from, to] = [old[0], young[0]];
  if (from === undefined || to === undefined || old.length > 1 || young.length > 1) return undefined;
  if (from.parallel || to.parallel || compareEvr(from.version, to.version) === 0) return undefined;
  return { name: to.name, arch: to.arch, from: from.version, to: to.version };
}

function without(packages: readonly Package[], others: readonly Package[]): readonly Package[] {
  const known = new Set(others.map(({ version }) => version));
  return packages
    .filter(({ version }) => !known.has(version))
    .map(({ name, arch, version }) => ({ name, arch, version }));
}

function byName(a: Package | PackageMove, b: Package | PackageMove): number {
  const order = compareText(a.name, b.name) || compareText(a.arch ?? '', b.arch ?? '');
  return order || ('version' in a && 'version' in b ? compareEvr(a.version, b.version) : 0);
}
