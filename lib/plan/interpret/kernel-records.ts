import { parseKernelRecord } from '../../formats/kernel-record.ts';
import type { KernelRecord } from '../../model/kernel-record.ts';
import type { Attribute, Observation, Subvolume } from '../../model/observation.ts';
import type { Problem } from '../../model/problem.ts';

/** Whether a root has a record, even one that this version cannot read. */
export function hasRecord({ path }: Pick<Subvolume, 'path'>, { attributes }: Pick<Observation, 'attributes'>): boolean {
  return attributes.some((attribute) => attribute.path === path && isRecord(attribute));
}

/** The record of a root. Undefined for a root without a record, and for a record that this version cannot read. */
export function recordOf(
  { path }: Pick<Subvolume, 'path'>,
  { attributes }: Pick<Observation, 'attributes'>,
): KernelRecord | undefined {
  const found = attributes.find((attribute) => attribute.path === path && isRecord(attribute));
  return found === undefined ? undefined : parseKernelRecord(found.value);
}

/** All records of the file system, also those of snapshots and unfinished copies, by the paths of their subvolumes. */
export function listRecords({ attributes }: Pick<Observation, 'attributes'>): ReadonlyMap<string, KernelRecord> {
  return new Map(
    attributes.filter(isRecord).flatMap(({ path, value }) => {
      const record = parseKernelRecord(value);
      return record === undefined ? [] : [[path, record]];
    }),
  );
}

/** Whether there is a record that this version cannot read. It may name any kept copy. */
export function hasUnreadableRecord(observation: Pick<Observation, 'attributes'>): boolean {
  return findUnreadableRecords(observation).length > 0;
}

/** The records that this version cannot read. */
export function findUnreadableRecords({ attributes }: Pick<Observation, 'attributes'>): readonly Problem[] {
  return attributes
    .filter((attribute) => isRecord(attribute) && parseKernelRecord(attribute.value) === undefined)
    .map(({ path }) => ({ code: 'record-unreadable', path }));
}

function isRecord({ name }: Attribute): boolean {
  return name === 'kernels';
}
