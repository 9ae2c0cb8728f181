import { compareVersions } from './version-order.ts';

/** A package that is installed, as the rpm database tells it. */
export interface Package {
  readonly name: string;
  /** Undefined for what runs nowhere, such as the key of a repository. */
  readonly arch: string | undefined;
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
  /** Whether several versions are installed side by side, none of which replaces another one: kernels, keys. */
  readonly parallel: boolean;
}

/** The version of a package as dnf and `rpm -q --qf %{EVR}` print it; an epoch of 0 goes without saying. */
export function printVersion({ epoch, version, release }: Package): string {
  return `${epoch === 0 ? '' : `${epoch}:`}${version}-${release}`;
}

/** The order of two versions of a package: negative when `a` is the older one, 0 when rpm calls them equal. */
export function comparePackages(a: Package, b: Package): number {
  return a.epoch - b.epoch || compareVersions(a.version, b.version) || compareVersions(a.release, b.release);
}
