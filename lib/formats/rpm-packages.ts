import { groupPackages, type InstalledPackage, type Package, printVersion } from '../model/package.ts';

/** The `rpm --query --queryformat` format that `parseInstalled` reads (rpm-queryformat(7)). */
export const installedFormat = '%{NAME} %{EPOCHNUM} %{VERSION} %{RELEASE} %{ARCH}\\n';

/** The architecture that rpm prints for a package without an architecture. */
const noArch = '(none)';

/** An architecture as rpm prints it. */
export function parseArch(text: string): string | undefined {
  return text === noArch ? undefined : text;
}

/** See `parseArch`. */
export function printArch(arch: string | undefined): string {
  return arch ?? noArch;
}

/**
 * Reads a list of packages. It leaves out other lines, such as rpm's own warnings, and public keys. `parallel` is a
 * list of the packages that provide one of `parallelCapabilities`, in the same format.
 */
export function parseInstalled(text: string, parallel = ''): readonly InstalledPackage[] {
  const parallelLines = new Set(parallel.split('\n'));
  return text.split('\n').flatMap((line) => {
    const [, name, epoch = '', version = '', release = '', arch] = /^(\S+) (\d+) (\S+) (\S+) (\S+)$/.exec(line) ?? [];
    if (name === undefined || arch === undefined || name === keyName) return [];
    const parsed = { name, arch: parseArch(arch), version: printVersion(epoch, version, release) };
    return [{ ...parsed, parallel: parallelLines.has(line) }];
  });
}

/** The name of the packages in which rpm keeps public keys. */
export const keyName = 'gpg-pubkey';

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

/** Packages with several versions that had at most one version before, and that do not allow parallel versions. */
export function findDuplicates(
  before: readonly Package[],
  after: readonly InstalledPackage[],
): readonly { readonly name: string; readonly versions: readonly string[] }[] {
  const old = groupPackages(before);
  return [...groupPackages(after)].flatMap(([key, all]) => {
    const [first] = all;
    if (first === undefined || all.length < 2 || (old.get(key)?.length ?? 0) > 1) return [];
    if (all.every(({ parallel }) => parallel)) return [];
    return [{ name: first.name, versions: all.map(({ version }) => version) }];
  });
}
