import { compareAge } from '../../model/environment-age.ts';
import { printTarget } from '../../model/snapshot-name.ts';
import type { Space } from '../../model/space.ts';
import { compareText } from '../../model/version-order.ts';
import { visible } from '../../model/visible.ts';
import { flagsOf, type Listed, mountpointOf } from '../listing.ts';
import { printBytes } from '../output/bytes.ts';
import { printTime } from '../output/time.ts';

/** The output options of `bectl list` (bectl(8)). */
export interface BectlListOptions {
  /** `-a`: the subvolumes of each environment, and its origin. */
  readonly all: boolean;
  /** `-s`: the same with snapshots. */
  readonly snapshots: boolean;
  /** `-H`: no heading, one TAB between fields. */
  readonly script: boolean;
  /** `-D`: the space that it would need if it were the only one. */
  readonly full: boolean;
}

/** The properties that `-c` and `-C` sort by. */
const bectlProperties = ['name', 'creation', 'origin', 'used', 'usedds', 'usedsnap', 'usedrefreserv'] as const;

/** The long names of these properties in zfsprops(7). */
const longNames: Readonly<Record<string, BectlProperty>> = {
  usedbydataset: 'usedds',
  usedbysnapshots: 'usedsnap',
  usedbyrefreservation: 'usedrefreserv',
  space: 'used',
};

/** The property with this name, in its short or its long form. */
export function findProperty(word: string): BectlProperty | undefined {
  if (Object.hasOwn(longNames, word)) return longNames[word];
  return bectlProperties.find((property) => property === word);
}

export type BectlProperty = (typeof bectlProperties)[number];

/** A list sorted by one property, the smallest first or with `reverse` the greatest first. */
export function sortBectl(listed: readonly Listed[], property: BectlProperty, reverse: boolean): readonly Listed[] {
  const ordered = [...listed].sort((a, b) => orders[property](a, b));
  return reverse ? ordered.reverse() : ordered;
}

const writtenIn = ({ written }: Space): number => written ?? 0;
const byNumber =
  (of: (listed: Listed) => number) =>
  (a: Listed, b: Listed): number =>
    of(a) - of(b);

const orders: Readonly<Record<BectlProperty, (a: Listed, b: Listed) => number>> = {
  name: (a, b) => compareText(a.environment.name, b.environment.name),
  creation: (a, b) => compareAge(a.environment, b.environment),
  origin: (a, b) => compareText(a.environment.origin ?? '-', b.environment.origin ?? '-'),
  used: byNumber(({ space }) => writtenIn(space)),
  usedds: byNumber(({ space }) => writtenIn(space)),
  usedsnap: byNumber(({ snapshots }) => snapshots.reduce((all, { space }) => all + writtenIn(space), 0)),
  // btrfs has no reservations.
  usedrefreserv: () => 0,
};

/** One line. A line without cells is a heading of its own. */
interface Line {
  readonly indent: number;
  readonly name: string;
  readonly cells: readonly [active: string, mountpoint: string, space: string, created: string] | undefined;
}

/** The output of `bectl list`. Its columns are exactly those that bectl_list.c of FreeBSD prints. */
export function printBectlList(listed: readonly Listed[], options: BectlListOptions): string {
  const broken = options.all || options.snapshots;
  const origins = new Map(listed.flatMap(originCells));
  const blocks = listed.map((listed) => (broken ? detail(listed, options, origins) : [summary(listed, options)]));
  const body = options.script ? printScript : printPadded;
  return body(blocks, broken);
}

function summary({ environment, space }: Listed, { full }: BectlListOptions): Line {
  const { name, created } = environment;
  const bytes = full ? (space.referenced ?? space.written) : space.written;
  return { indent: 0, name, cells: [flagsOf(environment) || '-', place(environment), size(bytes), printTime(created)] };
}

type Cells = NonNullable<Line['cells']>;

/** The cells for an environment and its snapshots where they are the origin of another one, by their names. */
function originCells({ environment, space, snapshots }: Listed): readonly (readonly [string, Cells])[] {
  const { name, created } = environment;
  return [
    [name, [flagsOf(environment) || '-', place(environment), size(space.written), printTime(created)]],
    ...snapshots.map((candidate): [string, Cells] => {
      return [printTarget(name, candidate.snapshot.name), plain(candidate.space.written, candidate.snapshot.created)];
    }),
  ];
}

function plain(bytes: number | undefined, created: number): Cells {
  return ['-', '-', size(bytes), printTime(created)];
}

function detail(
  { environment, space, snapshots, volumes }: Listed,
  options: BectlListOptions,
  origins: ReadonlyMap<string, Cells>,
): readonly Line[] {
  const { name, subvolume, created, origin } = environment;
  const own = volumes.filter(({ written }) => written !== undefined);
  const flags = flagsOf(environment) || '-';
  const root: Cells = [flags, place(environment), size(space.written), printTime(created)];
  return [
    { indent: 0, name, cells: undefined },
    { indent: 2, name: visible(subvolume.path), cells: root },
    ...(origin === undefined
      ? []
      : [{ indent: 4, name: origin, cells: origins.get(origin) ?? ['-', '-', '-', '-'] } as const]),
    ...own.map(({ volume, written }): Line => {
      return { indent: 2, name: visible(volume.subvolume.path), cells: plain(written, created) };
    }),
    ...(options.snapshots ? snapshots : []).map(({ snapshot, space: taken }): Line => {
      return { indent: 2, name: printTarget(name, snapshot.name), cells: plain(taken.written, snapshot.created) };
    }),
  ];
}

function place(environment: Listed['environment']): string {
  return visible(mountpointOf(environment) ?? '-');
}

function size(bytes: number | undefined): string {
  return bytes === undefined ? '-' : printBytes(bytes, { whole: true });
}

function printScript(blocks: readonly (readonly Line[])[], broken: boolean): string {
  const print = ({ indent, name, cells }: Line): string =>
    `${[' '.repeat(indent) + name, ...(cells ?? [])].join('\t')}\n`;
  return blocks.map((lines) => lines.map(print).join('')).join(broken ? '\n' : '');
}

function printPadded(blocks: readonly (readonly Line[])[], broken: boolean): string {
  const heading = broken ? 'BE/Dataset/Snapshot' : 'BE';
  const lines = blocks.flat();
  const nameWidth = Math.max(heading.length, ...lines.map(({ indent, name }) => indent + name.length));
  const placeWidth = Math.max('Mountpoint'.length, ...lines.map(({ cells }) => cells?.[1].length ?? 0));
  const widths = ['Active'.length, placeWidth, 'Space'.length];
  const print = ({ indent, name, cells }: Line): string => {
    const first = ' '.repeat(indent) + name;
    if (cells === undefined) return `${first}\n`;
    const padded = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return `${[first.padEnd(nameWidth), ...padded].join(' ')}\n`;
  };
  const head = print({ indent: 0, name: heading, cells: ['Active', 'Mountpoint', 'Space', 'Created'] });
  return head + (broken ? '\n' : '') + blocks.map((block) => block.map(print).join('')).join(broken ? '\n' : '');
}
