import type { InstalledPackage, PackageChanges } from '../model/upgrade.ts';
import { compareText } from '../model/version-order.ts';

/** The `rpm --query --queryformat` format that `parseInstalled` reads (rpm-queryformat(7)). */
export const installedFormat = '%{NAME} %{EPOCHNUM} %{VERSION} %{RELEASE} %{ARCH}\\n';

/** Reads a list of packages. It leaves out other lines, such as rpm's own warnings, and public keys. */
export function parseInstalled(text: string): readonly InstalledPackage[] {
  return text.split('\n').flatMap((line) => {
    const [, name, epoch, version, release, arch] = /^(\S+) (\d+) (\S+) (\S+) (\S+)$/.exec(line) ?? [];
    if (name === undefined || arch === undefined || name === 'gpg-pubkey') return [];
    return [{ name, version: `${epoch === '0' ? '' : `${epoch}:`}${version}-${release}`, arch }];
  });
}

/**
 * The changes from one set of packages to the other, sorted by name. A package with exactly one version on both sides
 * was changed. Of other packages, versions were added and removed.
 */
export function comparePackages(
  before: readonly InstalledPackage[],
  after: readonly InstalledPackage[],
): PackageChanges {
  const [old, young] = [group(before), group(after)];
  const added: InstalledPackage[] = [];
  const removed: InstalledPackage[] = [];
  const changed: PackageChanges['changed'][number][] = [];
  for (const key of [...new Set([...old.keys(), ...young.keys()])].sort(compareText)) {
    const gone = (old.get(key) ?? []).filter((installed) => !has(young.get(key), installed));
    const come = (young.get(key) ?? []).filter((installed) => !has(old.get(key), installed));
    const [from, to] = [gone[0], come[0]];
    const isOne = old.get(key)?.length === 1 && young.get(key)?.length === 1;
    if (isOne && from !== undefined && to !== undefined) {
      changed.push({ name: from.name, arch: from.arch, from: from.version, to: to.version });
    } else {
      removed.push(...gone);
      added.push(...come);
    }
  }
  return { added, removed, changed };
}

/**
 * Capabilities whose packages may be installed side by side in several versions: the defaults of dnf and dnf5
 * (dnf.conf(5), installonlypkgs) and of zypp (zypp.conf, multiversion).
 */
export const parallelCapabilities: readonly string[] = [
  'kernel',
  'kernel-PAE',
  'installonlypkg(kernel)',
  'installonlypkg(kernel-module)',
  'installonlypkg(vm)',
  'multiversion(kernel)',
];

/**
 * Packages with several versions that had at most one version before. `parallel` names the packages that provide one of
 * `parallelCapabilities`.
 */
export function findDuplicates(
  before: readonly InstalledPackage[],
  after: readonly InstalledPackage[],
  parallel: readonly InstalledPackage[],
): readonly { readonly name: string; readonly versions: readonly string[] }[] {
  const [old, beside] = [group(before), group(parallel)];
  return [...group(after)].flatMap(([key, all]) => {
    const [first] = all;
    if (first === undefined || all.length < 2 || (old.get(key)?.length ?? 0) > 1) return [];
    if (all.every((installed) => has(beside.get(key), installed))) return [];
    return [{ name: first.name, versions: all.map(({ version }) => version) }];
  });
}

function group(packages: readonly InstalledPackage[]): ReadonlyMap<string, readonly InstalledPackage[]> {
  const groups = new Map<string, InstalledPackage[]>();
  for (const pkg of packages) {
    const key = `${pkg.name}.${pkg.arch}`;
    groups.set(key, [...(groups.get(key) ?? []), pkg]);
  }
  return groups;
}

function has(installed: readonly InstalledPackage[] | undefined, { version }: InstalledPackage): boolean {
  return installed?.some((installed) => installed.version === version) ?? false;
}
