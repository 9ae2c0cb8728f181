import { compareVersions } from './version-order.ts';

/** An installed package, as the rpm database describes it. */
export interface Package {
  readonly name: string;
  /** Undefined for packages without an architecture, such as the key of a repository. */
  readonly arch: string | undefined;
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
  /** Whether several versions can be installed side by side and do not replace each other: kernels, keys. */
  readonly parallel: boolean;
}

/** The version of a package as dnf and `rpm -q --qf %{EVR}` print it; an epoch of 0 is left out. */
export function printVersion({ epoch, version, release }: Package): string {
  return `${epoch === 0 ? '' : `${epoch}:`}${version}-${release}`;
}

/** The order of two versions of a package: negative if `a` is older, 0 if rpm calls them equal. */
export function comparePackages(a: Package, b: Package): number {
  return a.epoch - b.epoch || compareVersions(a.version, b.version) || compareVersions(a.release, b.release);
}
