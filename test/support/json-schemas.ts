import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const BUILT = fileURLToPath(new URL('../../dist/schemas/', import.meta.url));

/** The published schemas, by their names. */
export function publishedSchemas(): ReadonlyMap<string, object> {
  return new Map(
    readdirSync(BUILT).map((file) => [
      file.replace(/\.schema\.json$/, ''),
      JSON.parse(readFileSync(join(BUILT, file), 'utf8')) as object,
    ]),
  );
}

const compiled = new Map<string, ValidateFunction>();

/** What a schema with no further fields in any object has against a value; empty if nothing. */
export function findMismatches(name: string, value: unknown): readonly string[] {
  const schema = publishedSchemas().get(name);
  if (schema === undefined) return [`there is no schema ${name}`];
  const validate = compiled.get(name) ?? new Ajv2020({ allErrors: true, strictTypes: false }).compile(close(schema));
  compiled.set(name, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) => `${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}

/** The same schema, without any field that it does not name. */
function close<T>(part: T): T {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map(close) as T;
  const inner = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, close(value as unknown)]));
  const isObject = inner['type'] === 'object' && !('additionalProperties' in inner);
  return (isObject ? { ...inner, additionalProperties: false } : inner) as T;
}
