import { toJsonSchema } from '@valibot/to-json-schema';
import { definitions, printedBy, type SchemaName, schemas } from '../lib/cli/output/schema/index.ts';

/** A part of a JSON Schema. */
type Part = Readonly<Record<string, unknown>>;

/** The JSON Schemas of everything that be-hook prints as JSON, by the names of their files. */
export function schemaFiles(): Readonly<Record<string, string>> {
  const names = Object.keys(schemas) as SchemaName[];
  return Object.fromEntries(
    names.map((name) => [`${name}.schema.json`, `${JSON.stringify(describe(name), undefined, 2)}\n`]),
  );
}

function describe(name: SchemaName): Part {
  const { $schema, $defs = {}, ...rest } = toJsonSchema(schemas[name], { target: 'draft-2020-12', definitions });
  const used = usedBy(rest, $defs);
  return {
    $schema,
    $id: `urn:be-hook:output:${name}:1`,
    title: titleOf(name),
    ...rest,
    ...(used.size === 0 ? {} : { $defs: Object.fromEntries(Object.entries($defs).filter(([key]) => used.has(key))) }),
  };
}

function titleOf(name: SchemaName): string {
  const commands = Object.entries(printedBy).flatMap(([command, names]) => (names.includes(name) ? [command] : []));
  if (name === 'error') return 'The JSON of any be-hook command that fails';
  if (name === 'progress') return 'A line that be-hook prints with --progress json';
  return `The JSON of be-hook ${commands.join(', ')}`;
}

/** The names of the definitions that a part of a schema refers to, also through other definitions. */
function usedBy(part: unknown, all: Part): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (inner: unknown): void => {
    for (const [, name = ''] of JSON.stringify(inner).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      visit(all[name]);
    }
  };
  visit(part);
  return found;
}
