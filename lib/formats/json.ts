import * as v from 'valibot';

/** A JSON object of which no field is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

const anyObject = v.record(v.string(), v.unknown());

/** Reads the text of a JSON object. An object without fields stands for text that is no JSON object. */
export function parseJsonObject(text: string): JsonObject {
  const value = parseJson(text);
  // A schema would copy the object, and leave out fields such as `constructor`.
  return v.is(anyObject, value) && !Array.isArray(value) ? value : {};
}

/** Reads JSON text. Returns undefined for text that is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Reads a value as a schema describes it. Returns undefined for any other value. Reading ends at the first fault,
 * because data of an untrusted author can have millions of them.
 */
export function readValue<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T | undefined {
  const read = v.safeParse(schema, value, { abortEarly: true });
  return read.success ? read.output : undefined;
}

/** Seconds since 1970. */
export const finiteTime = v.pipe(v.number(), v.finite());
