import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printedBy, type SchemaName, schemas } from '../../../lib/cli/output/schema/index.ts';
import { planSchema } from '../../../lib/cli/output/schema/plan.ts';
import { isMistake } from '../../../lib/model/upgrade.ts';
import { schemaFiles } from '../../../packaging/schemas.ts';
import { projectFile } from '../../support/rpm/project-file.ts';

/** A part of a JSON Schema. */
interface JsonSchema {
  readonly const?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly oneOf?: readonly JsonSchema[];
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

const page = projectFile('packaging/man/be-hook-json.7.scd');

/** The entries of a list under a heading: the line at the margin, and the indented text below it. */
function entriesUnder(heading: string): readonly (readonly [head: string, text: string])[] {
  const [, body = ''] = page.split(`\n# ${heading}\n`);
  const lines = (body.split(/\n# [A-Z]/)[0] ?? '').matchAll(/^(\S.*)\n((?:\t.*\n?)+)/gm);
  return [...lines].map(([, head = '', text = '']) => [head, text]);
}

const answers = entriesUnder('ANSWERS').map(([head, text]) => {
  const [, name = ''] = /\(_([a-z-]+)\.schema\.json_\)$/.exec(head) ?? [];
  const commands = [...head.matchAll(/\*([a-z]+)[a-z ]*\*/g)].map(([, command = '']) => command);
  return { name, commands: [...new Set(commands)].toSorted(), text };
});

const test = suite('be-hook-json(7)');

test('names the schema of each result and the commands that print it', () => {
  // Progress events are not a result, and have their own section.
  const names = (Object.keys(schemas) as SchemaName[]).filter((name) => name !== 'progress');
  const expected = names.map((name): [string, string[]] => [
    name,
    Object.entries(printedBy).flatMap(([command, printed]) => (printed.includes(name) ? [command] : [])),
  ]);

  assert.equal(
    Object.fromEntries(answers.map(({ name, commands }) => [name, commands])),
    Object.fromEntries(expected.map(([name, commands]) => [name, commands.toSorted()])),
  );
});

for (const { name, text } of answers) {
  test(`describes each field of ${name}`, () => {
    const schema = schemas[name as SchemaName];
    const fields = 'entries' in schema ? Object.keys(schema.entries) : [];
    const shared = ['activate', 'setup'].includes(name) ? Object.keys(planSchema.entries) : ['version'];

    assert.ok(fields.length > 0);
    assert.equal(
      fields.filter((field) => !shared.includes(field) && !text.includes(`_${field}_`)),
      [],
    );
  });
}

/** The published schema of this name, and its definitions. */
function published(name: SchemaName): JsonSchema {
  return JSON.parse(schemaFiles()[`${name}.schema.json`] ?? '') as JsonSchema;
}

/** The names of all fields in a part of a schema. Findings and steps (with their marks) have their own lists. */
function fieldsIn(part: unknown): readonly string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, inner]) => {
    if (['step', 'mark', 'part', 'finding', 'judgedFinding'].includes(key)) return [];
    return [...(key === 'properties' ? Object.keys(inner as object) : []), ...fieldsIn(inner)];
  });
}

test('names every field at every level', () => {
  const fields = (Object.keys(schemas) as SchemaName[]).flatMap((name) => fieldsIn(published(name)));

  assert.ok(fields.includes('initrds'));
  assert.equal(
    fields.filter((field) => !page.includes(`_${field}_`)),
    [],
  );
});

for (const [heading, name, definition] of [
  ['STEPS', 'plan', 'step'],
  ['FINDINGS', 'upgrade', 'finding'],
] as const) {
  test(`lists each kind with its fields under ${heading}`, () => {
    const listed = entriesUnder(heading).map(([head]): [string, string[]] => {
      const [, kind = ''] = /^\*([a-z-]+)\*/.exec(head) ?? [];
      return [kind, [...head.matchAll(/_([A-Za-z]+)_/g)].map(([, field = '']) => field)];
    });

    const common = ['kind', 'reason', 'part'];
    const kinds = published(name).$defs?.[definition]?.oneOf ?? [];
    assert.equal(
      Object.fromEntries(listed),
      Object.fromEntries(
        kinds.map(({ properties = {} }) => {
          const fields = Object.keys(properties).filter((field) => !common.includes(field));
          return [properties['kind']?.const, fields];
        }),
      ),
    );
  });
}

test('lists the findings that are mistakes first', () => {
  const kinds = entriesUnder('FINDINGS').map(([head]) => /^\*([a-z-]+)\*/.exec(head)?.[1]);
  const mistakes = Object.entries(isMistake).flatMap(([kind, value]) => (value ? [kind] : []));

  assert.equal(kinds.slice(0, 7), mistakes);
});

test.run();
