import type { OpenFormat } from '../model/open-format.ts';

/** What a reader knows of a format. */
export interface Known {
  readonly version: number;
  readonly features: readonly string[];
}

/**
 * Reads what data says about who can read it; undefined where it has no version. A list of requirements that cannot be read
 * is a requirement that is not known.
 */
export function readOpenFormat({ version, requires }: Readonly<Record<string, unknown>>): OpenFormat | undefined {
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) return undefined;
  if (requires === undefined) return { version };
  const list: readonly unknown[] = Array.isArray(requires) ? requires : [requires];
  return {
    version,
    requires: list.map((feature) => (typeof feature === 'string' ? feature : JSON.stringify(feature))),
  };
}

/** What a program must know to use the data, and this one does not; none where it may use it. */
export function findUnknown({ version, requires = [] }: OpenFormat, known: Known): readonly string[] {
  const format = version > known.version ? [`version ${version} of the format`] : [];
  return [...format, ...requires.filter((feature) => !known.features.includes(feature))];
}
