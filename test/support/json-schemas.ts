import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { printedBy } from '../../lib/cli/output/schema/index.ts';

const BUILT = fileURLToPath(new URL('../../dist/schemas/', import.meta.url));

/** The names of the published schemas. */
export function publishedSchemas(): readonly string[] {
  return readdirSync(BUILT).map((file) => file.replace(/\.schema\.json$/, ''));
}

const compiled = new Map<string, ValidateFunction>();

/** The differences between a value and a published schema without additional fields. Empty if there is no difference. */
export function findMismatches(name: string, value: unknown): readonly string[] {
  const validate = compiled.get(name) ?? compile(name);
  compiled.set(name, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) => `${name}: ${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}

/**
 * The name of the published schema that describes the output of a command with `--json`. Throws for output that no
 * schema of the command describes.
 */
export function schemaOf(command: string, output: unknown): string {
  const own = (printedBy as Readonly<Record<string, readonly string[]>>)[command] ?? [];
  const isError = typeof output === 'object' && output !== null && 'error' in output;
  const tried = (isError ? ['error'] : own).map((name) => ({ name, mismatches: findMismatches(name, output) }));
  const found = tried.find(({ mismatches }) => mismatches.length === 0);
  if (found !== undefined) return found.name;
  const all = tried.flatMap(({ mismatches }) => mismatches);
  throw new Error(`no published schema describes the output of ${command}:\n${all.join('\n')}`);
}

/** Throws if be-hook with these arguments printed JSON that no published schema describes. */
export function holdAgainstSchemas(args: readonly string[], stdout: string): void {
  const command = args.find((word) => Object.hasOwn(printedBy, word));
  if (command === undefined || !args.includes('--json') || !stdout.startsWith('{\n  "version"')) return;
  schemaOf(command, JSON.parse(stdout));
}

function compile(name: string): ValidateFunction {
  const schema = JSON.parse(readFileSync(join(BUILT, `${name}.schema.json`), 'utf8')) as object;
  return new Ajv2020({ allErrors: true }).compile(close(schema));
}

/** The same schema, in which no object allows additional fields. */
function close<T>(part: T): T {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map(close) as T;
  const inner = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, close(value as unknown)]));
  const isObject = inner['type'] === 'object' && !('additionalProperties' in inner);
  return (isObject ? { ...inner, additionalProperties: false } : inner) as T;
}
