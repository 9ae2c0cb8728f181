import * as v from 'valibot';
import type { OpenFormat } from '../model/open-format.ts';
import { type JsonObject, readValue } from './json.ts';

/** What a reader knows of a format. */
export interface Known {
  readonly version: number;
  readonly features: readonly string[];
}

/** A list of requirements that cannot be read is a requirement that no reader knows. */
const requirements = v.pipe(
  v.unknown(),
  v.transform((value): readonly unknown[] => (Array.isArray(value) ? value : [value])),
  v.transform((list) => list.map((feature) => (typeof feature === 'string' ? feature : JSON.stringify(feature)))),
);

const openFormat = v.object({
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  requires: v.exactOptional(requirements),
});

/** Reads what data says about who can read it; undefined where it has no version. */
export function readOpenFormat(object: JsonObject): OpenFormat | undefined {
  return readValue(openFormat, object);
}

/** What a program must know to use the data, and this one does not; none where it may use it. */
export function findUnknown({ version, requires = [] }: OpenFormat, known: Known): readonly string[] {
  const format = version > known.version ? [`version ${version} of the format`] : [];
  return [...format, ...requires.filter((feature) => !known.features.includes(feature))];
}
