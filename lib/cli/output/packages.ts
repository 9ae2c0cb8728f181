import type { PackageChanges } from '../../model/upgrade.ts';
import { visible } from '../../model/visible.ts';

/** Changes of packages for people, one in a line. */
export function packageLines({ added, removed, changed }: PackageChanges): string {
  const lines = [
    ...changed.map(({ name, arch, from, to }) => `~ ${name}.${arch} ${from} -> ${to}`),
    ...added.map(({ name, arch, version }) => `+ ${name}.${arch} ${version}`),
    ...removed.map(({ name, arch, version }) => `- ${name}.${arch} ${version}`),
  ];
  return lines.map((line) => `${visible(line)}\n`).join('');
}
