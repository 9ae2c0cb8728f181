import * as v from 'valibot';
import type { KernelRecord } from '../model/kernel-record.ts';
import { parseJsonObject, readValue } from './json.ts';
import { findUnknown, type Known, readOpenFormat } from './open-format.ts';

/** The version and the features of the format that this be-hook knows. */
const known: Known = { version: 1, features: [] };

const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

const recordedFile = v.looseObject({
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  stamp: v.exactOptional(v.string()),
  digest: v.exactOptional(digest),
  made: v.exactOptional(v.string()),
  foreign: v.exactOptional(v.string()),
});

const recordedSavedEntry = v.object({ release: v.exactOptional(v.string()), shared: v.string() });

const recordedKernel = v.looseObject({
  options: v.exactOptional(v.string()),
  image: v.exactOptional(recordedFile),
  initrd: v.exactOptional(recordedFile),
});

/**
 * Reads the record of the kernels of a root. It leaves out kernels that it cannot interpret. Returns undefined for text
 * that is no record, and for a record that requires features which this version does not know.
 */
export function parseKernelRecord(text: string): KernelRecord | undefined {
  const object = parseJsonObject(text);
  const open = readOpenFormat(object);
  if (open === undefined || findUnknown(open, known).length > 0) return undefined;
  const entries = readValue(v.record(v.string(), v.unknown()), object['kernels']) ?? {};
  const kernels = Object.entries(entries).filter((entry) => v.is(recordedKernel, entry[1]));
  const savedEntry = readValue(recordedSavedEntry, object['savedEntry']);
  const fields = ['version', 'requires', 'kernels', 'savedEntry'];
  const more = Object.entries(object).filter(([field]) => !fields.includes(field));
  return {
    ...open,
    kernels: Object.fromEntries(kernels) as KernelRecord['kernels'],
    ...(savedEntry === undefined ? {} : { savedEntry }),
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
