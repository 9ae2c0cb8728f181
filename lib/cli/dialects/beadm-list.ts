import { BeHookError } from '../../model/problem.ts';
import { printTarget } from '../../model/snapshot-name.ts';
import type { Space } from '../../model/space.ts';
import { visible } from '../../model/visible.ts';
import { flagsOf, type Listed, makeListing, mountpointOf, type SortKey, sortListing } from '../listing.ts';
import { printBytes } from '../output/bytes.ts';
import { policy, printFields } from '../output/list-fields.ts';
import { printTime } from '../output/time.ts';
import { misused } from './beadm-usage.ts';
import type { DialectCommand } from './call.ts';
import { getopt, type Options } from './getopt.ts';

/** The lines of `beadm list` for an environment: the environment itself, or the parts of it below its name. */
export interface BeadmListOptions {
  readonly datasets: boolean;
  readonly snapshots: boolean;
}

/** `beadm list [-a | -ds] [-H] [-k | -K date | name | space] [beName]`, by default the oldest first. */
export const listThem: DialectCommand = async ({ where, argv }) => {
  const read = getopt(argv, 'adsHvk:K:');
  if ('letter' in read) return misused();
  const { values, operands } = read;
  const showsAll = values.has('a');
  const wrong = findConflict(values) ?? (operands.length > 1 ? 'Too many arguments.' : undefined);
  if (wrong !== undefined) return misused(wrong);
  const [asked = 'date'] = [...(values.get('k') ?? []), ...(values.get('K') ?? [])];
  const key = sortKeys.get(asked);
  if (key === undefined) return misused(`Unknown sort key: ${asked}`);
  const show = { datasets: showsAll || values.has('d'), snapshots: showsAll || values.has('s') };
  const [name] = operands;
  const { listed } = await makeListing({ where, name, snapshots: show.snapshots, measure: 'written' });
  if (listed.length === 0) throw new BeHookError({ code: 'no-environments' });
  const ascending = sortListing(listed, key);
  const sorted = values.has('K') ? [...ascending].reverse() : ascending;
  const fields = { snapshots: show.snapshots, subvolumes: show.datasets };
  const data = values.has('H') ? printFields(sorted, fields) : printBeadmList(sorted, show);
  return { stdout: data, messages: [], exitCode: 0 };
};

const sortKeys: ReadonlyMap<string, SortKey> = new Map([
  ['date', 'created'],
  ['name', 'name'],
  ['space', 'space'],
]);

function findConflict(values: Options['values']): string | undefined {
  const conflicting = ['d', 's'].find((letter) => values.has(letter));
  if (values.has('a') && conflicting !== undefined)
    return `Invalid options: -a and -${conflicting} are mutually exclusive.`;
  const orders = [...(values.get('k') ?? []), ...(values.get('K') ?? [])];
  return orders.length > 1 ? 'Sort key can be specified only once.' : undefined;
}

type Cells = readonly [active: string, mountpoint: string, space: string, policy: string, created: string];

interface Line {
  readonly name: string;
  readonly cells: Cells | undefined;
}

/** The table of `beadm list`. Its columns are exactly those that beadm.c of illumos prints. */
export function printBeadmList(listed: readonly Listed[], { datasets, snapshots }: BeadmListOptions): string {
  const headings = ['BE', ...(datasets ? ['Dataset'] : []), ...(snapshots ? ['Snapshot'] : [])];
  const narrow = snapshots && !datasets;
  const head: Line = { name: headings.join('/'), cells: ['Active', 'Mountpoint', 'Space', 'Policy', 'Created'] };
  const lines = [head, ...listed.flatMap((listed) => linesOf(listed, { datasets, snapshots }))];
  const shown = lines.map(({ name, cells }) => (cells === undefined ? [name] : [name, ...cells.slice(narrow ? 2 : 0)]));
  const rows = shown.filter((row) => row.length > 1);
  const widths = rows[0]?.map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const print = (row: readonly string[]): string =>
    row.length === 1
      ? `${row[0] ?? ''}\n`
      : `${row.map((cell, column) => cell.padEnd(column < row.length - 1 ? (widths[column] ?? 0) : 0)).join(' ')}\n`;
  return shown.map(print).join('');
}

function linesOf({ environment, space, snapshots, volumes }: Listed, show: BeadmListOptions): readonly Line[] {
  const { name, subvolume, created } = environment;
  const places = [flagsOf(environment) || '-', visible(mountpointOf(environment) ?? '-')] as const;
  const own: Cells = [...places, size(space), policy, printTime(created)];
  if (!show.datasets && !show.snapshots) return [{ name, cells: own }];
  const volumeLines = volumes.flatMap(({ volume, written }): readonly Line[] => {
    if (written === undefined) return [];
    const cells: Cells = ['-', '-', printBytes(written), policy, printTime(created)];
    return [{ name: `   ${visible(volume.subvolume.path)}`, cells }];
  });
  const snapshotLines = snapshots.map(({ snapshot, space: taken }): Line => {
    const cells: Cells = ['-', '-', size(taken), policy, printTime(snapshot.created)];
    return { name: `   ${printTarget(name, snapshot.name)}`, cells };
  });
  return [
    { name, cells: undefined },
    ...(show.datasets ? [{ name: `   ${visible(subvolume.path)}`, cells: own }, ...volumeLines] : []),
    ...(show.snapshots ? snapshotLines : []),
  ];
}

function size({ written }: Space): string {
  return written === undefined ? '-' : printBytes(written);
}
