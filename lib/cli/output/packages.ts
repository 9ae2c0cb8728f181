import { nameWithArch, type PackageChanges } from '../../model/package.ts';
import { visible } from '../../model/visible.ts';
import type { PackageChangesData } from './schema/packages.ts';

/** Changes of packages for people, one in a line. */
export function packageLines({ added, removed, changed }: PackageChanges): string {
  const lines = [
    ...changed.map((move) => `~ ${nameWithArch(move)} ${move.from} -> ${move.to}`),
    ...added.map((candidate) => `+ ${nameWithArch(candidate)} ${candidate.version}`),
    ...removed.map((candidate) => `- ${nameWithArch(candidate)} ${candidate.version}`),
  ];
  return lines.map((line) => `${visible(line)}\n`).join('');
}

/** Changes of packages in JSON, the same in every command. */
export function packageChangesData({ added, removed, changed }: PackageChanges): PackageChangesData {
  return {
    added: added.map(({ name, arch = null, version }) => ({ name, arch, version })),
    removed: removed.map(({ name, arch = null, version }) => ({ name, arch, version })),
    changed: changed.map(({ name, arch = null, from, to }) => ({ name, arch, from, to })),
  };
}
