import * as v from 'valibot';
import type { KernelRecord } from '../model/kernel-record.ts';
import { parseJsonObject } from './json.ts';
import { findUnknown, type Known, readOpenFormat } from './open-format.ts';

/** The version and the features of the format that this be-hook knows. */
const knownFormat: Known = { version: 1, features: [] };

const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const recordedFile = v.looseObject({
  // A full /boot leaves empty files.
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  stamp: v.exactOptional(v.string()),
  digest: v.exactOptional(digest),
  made: v.exactOptional(v.string()),
  foreign: v.exactOptional(v.string()),
});

const recordedSavedEntry = v.looseObject({ release: v.exactOptional(v.string()), shared: v.string() });

const recordedKernel = v.looseObject({
  options: v.exactOptional(v.string()),
  image: v.exactOptional(recordedFile),
  initrd: v.exactOptional(recordedFile),
});

const fields = v.looseObject({
  kernels: v.record(v.string(), v.unknown()),
  savedEntry: v.exactOptional(recordedSavedEntry),
});

/**
 * Reads the record of the kernels of a root. Returns undefined for text that is no record, for a record with a part that it
 * cannot interpret, because the next record would lose that part and be-hook would delete the copies that it names, and
 * for a record that requires features which this version does not know.
 */
export function parseKernelRecord(text: string): KernelRecord | undefined {
  const object = parseJsonObject(text);
  const open = readOpenFormat(object);
  if (open === undefined || findUnknown(open, knownFormat).length > 0) return undefined;
  // A schema would copy the objects, and leave out fields such as `constructor`.
  if (!v.is(fields, object) || Array.isArray(object.kernels)) return undefined;
  if (!Object.values(object.kernels).every((kernel) => v.is(recordedKernel, kernel))) return undefined;
  const known = ['version', 'requires', 'kernels', 'savedEntry'];
  const more = Object.entries(object).filter(([field]) => !known.includes(field));
  return {
    ...open,
    kernels: object.kernels as KernelRecord['kernels'],
    ...(object.savedEntry === undefined ? {} : { savedEntry: object.savedEntry }),
    ...(more.length === 0 ? {} : { more: Object.fromEntries(more) }),
  };
}

/** The text of a record. Kernels are in the order of their releases, so that a record has one text. */
export function printKernelRecord({ version, requires, kernels, savedEntry, more }: KernelRecord): string {
  const sorted = Object.entries(kernels).sort(([a], [b]) => (a < b ? -1 : 1));
  const required = requires === undefined ? {} : { requires };
  const saved = savedEntry === undefined ? {} : { savedEntry };
  return JSON.stringify({ version, kernels: Object.fromEntries(sorted), ...saved, ...required, ...more });
}
