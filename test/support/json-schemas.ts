import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import type * as ajv from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
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

/** Loads the packages of the validator only in the process that compiles. */
const load = createRequire(import.meta.url);

function compile(name: string): ValidateFunction {
  const module: { exports: unknown } = { exports: {} };
  const run = compileFunction(codeOf(name), ['module', 'exports', 'require']) as (...args: unknown[]) => void;
  run(module, module.exports, load);
  return module.exports as ValidateFunction;
}

/** The code that validates against a schema. The workers of a test run share it, because it takes long to make. */
function codeOf(name: string): string {
  const shared = process.env['BE_HOOK_TEST_SHARED'];
  if (shared === undefined) return makeCode(name);
  const path = join(shared, 'schemas', `${name}.cjs`);
  try {
    return readFileSync(path, 'utf8');
  } catch {
    const code = makeCode(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, code);
    renameSync(`${path}.${process.pid}`, path);
    return code;
  }
}

type PrintCode = (compiler: ajv.Ajv2020, validate: ValidateFunction) => string;

function makeCode(name: string): string {
  const { Ajv2020 } = load('ajv/dist/2020.js') as typeof ajv;
  const { default: printCode } = load('ajv/dist/standalone') as { default: PrintCode };
  const schema = JSON.parse(readFileSync(join(BUILT, `${name}.schema.json`), 'utf8')) as object;
  const compiler = new Ajv2020({ allErrors: true, code: { source: true } });
  return printCode(compiler, compiler.compile(close(schema)));
}

/** The same schema, in which no object allows additional fields. */
function close<T>(part: T): T {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map(close) as T;
  const inner = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, close(value as unknown)]));
  const isObject = inner['type'] === 'object' && !('additionalProperties' in inner);
  return (isObject ? { ...inner, additionalProperties: false } : inner) as T;
}
