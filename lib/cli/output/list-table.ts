import type { BootEnvironment } from '../../model/environment.ts';
import type { DeferredCopy } from '../../model/first-boot.ts';
import { snapperNumber } from '../../model/snapper.ts';
import { printTarget } from '../../model/snapshot-name.ts';
import type { Space } from '../../model/space.ts';
import { visible } from '../../model/visible.ts';
import type { Volume } from '../../model/volume.ts';
import { flagsOf, type Listed, mountpointOf } from '../listing.ts';
import { printBytes } from './bytes.ts';
import type { Style } from './colour.ts';
import { problemsOf } from './list-json.ts';
import { printTable } from './table.ts';
import { printTime } from './time.ts';

/** The columns and rows of a table beside the environments. */
export interface TableOptions {
  readonly snapshots: boolean;
  readonly volumes: boolean;
  /** Whether it shows the space that nothing else shares. */
  readonly usage: boolean;
  /** Whether flags and health have colours. */
  readonly colours: boolean;
}

type Column =
  | 'NAME'
  | 'FLAGS'
  | 'POLICY'
  | 'MOUNTPOINT'
  | 'SPACE'
  | 'EXCLUSIVE'
  | 'CREATED'
  | 'KERNELS'
  | 'DESCRIPTION'
  | 'ORIGIN'
  | 'HEALTH';

type Row = Partial<Readonly<Record<Column, string>>>;

/**
 * A list for people: a row for each environment, and below it, indented, its snapshots and volumes. Columns without any
 * value are left out.
 */
export function printList(listed: readonly Listed[], options: TableOptions): string {
  const rows = listed.flatMap(({ environment, space, snapshots, volumes }) => [
    environmentRow(environment, space),
    ...(options.snapshots ? snapshots.map((candidate) => snapshotRow(environment, candidate)) : []),
    ...(options.volumes ? volumes.map(({ volume, written }) => volumeRow(volume, written)) : []),
    ...(options.volumes ? (environment.firstBoot?.copies ?? []).map(deferredRow) : []),
  ]);
  const isUsed = (column: Column): boolean => rows.some((row) => row[column] !== undefined);
  const columns: readonly Column[] = [
    'NAME',
    'FLAGS',
    ...(options.volumes ? (['POLICY'] as const) : []),
    'MOUNTPOINT',
    'SPACE',
    ...(options.usage ? (['EXCLUSIVE'] as const) : []),
    'CREATED',
    'KERNELS',
    ...(['DESCRIPTION', 'ORIGIN'] as const).filter(isUsed),
    'HEALTH',
  ];
  if (rows.length === 0) return '';
  const styleOf = (row: number, column: number): Style | undefined => {
    const name = columns[column];
    return options.colours && name !== undefined ? styleOfCell(name, rows[row - 1]?.[name]) : undefined;
  };
  return printTable([columns, ...rows.map((row) => columns.map((candidate) => row[candidate] ?? '-'))], styleOf);
}

/**
 * The flags of the running environment are bold. An environment that does not boot is red, one with problems yellow.
 */
function styleOfCell(column: Column, cell: string | undefined): Style | undefined {
  if (column === 'FLAGS') return cell?.includes('N') === true ? 'bold' : undefined;
  if (column !== 'HEALTH' || cell === undefined || cell === 'ok') return undefined;
  return ['failed', 'not bootable', 'mark unreadable'].includes(cell) ? 'red' : 'yellow';
}

/** The environment that it is a copy of, and the number by which snapper knows it. */
function originOf({ origin, subvolume }: BootEnvironment): string | undefined {
  const number = snapperNumber(subvolume.path);
  const parts = [origin, number === undefined ? undefined : `snapper ${number}`].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

function environmentRow(environment: BootEnvironment, space: Space): Row {
  const { name, kernels, created, description } = environment;
  const newest = kernels[0]?.release;
  const more = kernels.length > 1 ? ` (+${kernels.length - 1})` : '';
  return defined({
    NAME: name,
    FLAGS: flagsOf(environment) || undefined,
    MOUNTPOINT: text(mountpointOf(environment)),
    ...spaceCells(space),
    CREATED: printTime(created),
    KERNELS: newest === undefined ? undefined : newest + more,
    DESCRIPTION: text(description),
    ORIGIN: originOf(environment),
    HEALTH: healthOf(environment),
  });
}

function snapshotRow({ name }: BootEnvironment, { snapshot, space }: Listed['snapshots'][number]): Row {
  return defined({
    NAME: `  ${printTarget(name, snapshot.name)}`,
    ...spaceCells(space),
    CREATED: printTime(snapshot.created),
    DESCRIPTION: text(snapshot.description),
  });
}

const policies = { shared: 'shared', cloned: 'cloned', 'cloned-at-boot': 'cloned at boot' };

function volumeRow({ mountpoint, marked }: Volume, written: number | undefined): Row {
  return defined({
    NAME: `  ${visible(mountpoint)}`,
    POLICY: marked === undefined ? undefined : policies[marked],
    SPACE: written === undefined ? undefined : printBytes(written),
  });
}

function deferredRow({ mountpoint }: DeferredCopy): Row {
  return { NAME: `  ${visible(mountpoint)}`, POLICY: 'copied when it first boots' };
}

function spaceCells({ written, exclusive }: Space): Partial<Record<'SPACE' | 'EXCLUSIVE', string | undefined>> {
  const print = (bytes: number | undefined): string | undefined =>
    bytes === undefined ? undefined : printBytes(bytes);
  return { SPACE: print(written), EXCLUSIVE: print(exclusive) };
}

/** Whether it would boot, in one or two words. */
function healthOf(environment: BootEnvironment): string {
  if (environment.state !== undefined) return environment.state;
  if (environment.problems.some(({ code }) => code === 'layout-unsupported')) return 'not served';
  // Its entries stay in the menu as they are.
  if (environment.markFault !== undefined) return 'mark unreadable';
  if (environment.blocker !== undefined || environment.kernels.length === 0) return 'not bootable';
  const count = problemsOf(environment).length;
  if (count === 0) return 'ok';
  return count === 1 ? '1 problem' : `${count} problems`;
}

function text(value: string | undefined): string | undefined {
  return value === undefined ? undefined : visible(value);
}

function defined(cells: Partial<Record<Column, string | undefined>>): Row {
  return Object.fromEntries(Object.entries(cells).filter(([, cell]) => cell !== undefined));
}
