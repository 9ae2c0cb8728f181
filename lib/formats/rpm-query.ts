import { type InstalledPackage, printVersion } from '../model/package.ts';
import { keyName, parallelCapabilities, parseArch } from './rpm-packages.ts';

/**
 * The `rpm -qa --queryformat` format that `parseRpmQuery` reads: a line for each package. No field can have a tab, a
 * space or a line break in it (rpm, build/parsePreamble.c).
 */
export const rpmQueryFormat = '%{NAME}\\t%{ARCH}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t[%{PROVIDENAME} ]\\n';

/**
 * The packages that rpm lists. Undefined if the text does not have the format `rpmQueryFormat`. The capabilities of
 * a package say whether its versions are installed side by side. dnf (`installonlypkgs` in dnf.conf(5)) and zypp
 * (`multiversion`) use the same names.
 */
export function parseRpmQuery(text: string): readonly InstalledPackage[] | undefined {
  const packages: InstalledPackage[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [name = '', arch = '', epoch = '', version = '', release = '', provides] = line.split('\t');
    if (provides === undefined || !/^[0-9]+$/.test(epoch)) return undefined;
    const parallel = name === keyName || provides.split(' ').some((word) => parallelNames.has(word));
    packages.push({ name, arch: parseArch(arch), version: printVersion(epoch, version, release), parallel });
  }
  return packages;
}

const parallelNames: ReadonlySet<string> = new Set(parallelCapabilities);
