import type { Diff } from '../../app/diff.ts';
import type { Difference, OwnedVolume } from '../../model/difference.ts';
import { compareEvr, nameWithArch } from '../../model/package.ts';
import { visible } from '../../model/visible.ts';
import { volumeData } from '../commands/volume.ts';
import { printTable } from './table.ts';

type Rows = readonly (readonly string[])[];

/** The differences for people: a table for each kind, an empty line between them. '' without differences. */
export function printDiff(diff: Diff): string {
  const sections: readonly Rows[] = [
    titled(['PACKAGE', 'CHANGE', 'FROM', 'TO'], packageRows(diff)),
    titled(['KERNEL', 'CHANGE'], kernelRows(diff)),
    titled(['COMMAND LINE', 'CHANGE'], plainRows(diff.commandLine)),
    titled(['VOLUME', 'CHANGE', 'FROM', 'TO'], volumeRows(diff)),
    titled(['FILE', 'CHANGE'], fileRows(diff)),
  ];
  const tables = sections.map((rows) => printTable(rows.map((row) => row.map(visible))));
  return tables.filter((table) => table !== '').join('\n');
}

function titled(heads: readonly string[], rows: Rows): Rows {
  return rows.length === 0 ? [] : [heads, ...rows];
}

function packageRows({ packages }: Diff): Rows {
  if (packages === undefined) return [];
  const { added, removed, changed } = packages;
  const moves = changed.map((move) => ({ ...move, isUpgrade: compareEvr(move.from, move.to) < 0 }));
  const row = ({ isUpgrade, from, to, ...named }: (typeof moves)[number]): readonly string[] => {
    return [nameWithArch(named), isUpgrade ? 'upgraded' : 'downgraded', from, to];
  };
  return [
    ...moves.filter(({ isUpgrade }) => isUpgrade).map(row),
    ...moves.filter(({ isUpgrade }) => !isUpgrade).map(row),
    ...added.map((candidate) => [nameWithArch(candidate), 'added', '-', candidate.version]),
    ...removed.map((candidate) => [nameWithArch(candidate), 'removed', candidate.version, '-']),
  ];
}

function kernelRows({ kernels }: Diff): Rows {
  return [
    ...kernels.changed.map(({ release, what }) => [release, `another ${what.join(' and ')}`]),
    ...plainRows(kernels),
  ];
}

function plainRows({ added, removed }: Difference<string>): Rows {
  return [...added.map((candidate) => [candidate, 'added']), ...removed.map((candidate) => [candidate, 'removed'])];
}

function volumeRows({ volumes: { added, removed, changed } }: Diff): Rows {
  return [
    ...changed.map(({ from, to }) => [to.volume.mountpoint, 'changed', describeVolume(from), describeVolume(to)]),
    ...added.map((volume) => [volume.volume.mountpoint, 'added', '-', describeVolume(volume)]),
    ...removed.map((volume) => [volume.volume.mountpoint, 'removed', describeVolume(volume), '-']),
  ];
}

function describeVolume({ volume }: OwnedVolume): string {
  const { policy, at, subvolume } = volumeData(volume);
  const options = [...(policy === null ? [] : [policy]), ...(at === 'boot' ? ['at boot'] : [])];
  return [`/${subvolume.path}`, ...(options.length === 0 ? [] : [`(${options.join(' ')})`])].join(' ');
}

function fileRows({ files: { added, removed, changed } }: Diff): Rows {
  return [
    ...changed.map(({ path, what }) => [path, `changed: ${what.join(', ')}`]),
    ...added.map((path) => [path, 'added']),
    ...removed.map((path) => [path, 'removed']),
  ];
}
