import type { Package } from '../model/package.ts';
import { parallelCapabilities } from './rpm-packages.ts';

/**
 * What `rpm -qa --queryformat` has to print for `parseRpmQuery`: a line for each package. A tab, a space or a line break
 * cannot be in any of these (rpm, build/parsePreamble.c).
 */
export const rpmQueryFormat = '%{NAME}\\t%{ARCH}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t[%{PROVIDENAME} ]\\n';

/**
 * The packages that rpm lists, or undefined where this is not what `rpmQueryFormat` asks for. What a package can do says
 * whether its versions are installed side by side: dnf (`installonlypkgs` in dnf.conf(5)) and zypp (`multiversion`) go by
 * the same names.
 */
export function parseRpmQuery(text: string): readonly Package[] | undefined {
  const packages: Package[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [name = '', arch = '', epoch = '', version = '', release = '', provides] = line.split('\t');
    if (provides === undefined || !/^[0-9]+$/.test(epoch)) return undefined;
    const parallel = name === 'gpg-pubkey' || provides.split(' ').some((word) => parallelNames.has(word));
    packages.push({
      name,
      arch: arch === '(none)' ? undefined : arch,
      epoch: Number(epoch),
      version,
      release,
      parallel,
    });
  }
  return packages;
}

const parallelNames: ReadonlySet<string> = new Set(parallelCapabilities);
