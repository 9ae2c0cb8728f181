import * as v from 'valibot';
import type { OpenFormat } from '../model/open-format.ts';
import { type JsonObject, readValue } from './json.ts';

/** The version and the features of a format that a reader knows. */
export interface Known {
  readonly version: number;
  readonly features: readonly string[];
}

/** A list of requirements that cannot be read counts as a requirement that no reader knows. */
const requirements = v.pipe(
  v.unknown(),
  v.transform((value): readonly unknown[] => (Array.isArray(value) ? value : [value])),
  v.transform((list) => list.map((feature) => (typeof feature === 'string' ? feature : JSON.stringify(feature)))),
);

const openFormat = v.object({
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  requires: v.exactOptional(requirements),
});

/** Reads the version and the requirements of data. Undefined where the data has no version. */
export function readOpenFormat(object: JsonObject): OpenFormat | undefined {
  return readValue(openFormat, object);
}

/** The features that data requires and this program does not know. Empty where it may use the data. */
export function findUnknown({ version, requires = [] }: OpenFormat, known: Known): readonly string[] {
  const format = version > known.version ? [`version ${version} of the format`] : [];
  return [...format, ...requires.filter((feature) => !known.features.includes(feature))];
}
