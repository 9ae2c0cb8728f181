import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printedBy, type SchemaName, schemas } from '../../../lib/cli/output/schema/index.ts';
import { planSchema } from '../../../lib/cli/output/schema/plan.ts';
import { stepMembers } from '../../../lib/cli/output/schema/step.ts';
import { projectFile } from '../../support/rpm/project-file.ts';

const page = projectFile('packaging/man/be-hook-json.7.scd');

/** The entries of a list under a heading: what stands at the margin, and the indented text below it. */
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

test('names the schema of each answer, and the commands that print it', () => {
  // The progress is no answer, and has its own section.
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
    const shared = name === 'activate' ? Object.keys(planSchema.entries) : ['version'];

    assert.ok(fields.length > 0);
    assert.equal(
      fields.filter((field) => !shared.includes(field) && !text.includes(`_${field}_`)),
      [],
    );
  });
}

test('lists each kind of step with its fields', () => {
  const steps = entriesUnder('STEPS').map(([head]): [string, string[]] => {
    const [, kind = ''] = /^\*([a-z-]+)\*/.exec(head) ?? [];
    return [kind, [...head.matchAll(/_([A-Za-z]+)_/g)].map(([, field = '']) => field)];
  });

  assert.equal(
    Object.fromEntries(steps),
    Object.fromEntries(Object.entries(stepMembers).map(([kind, members]) => [kind, Object.keys(members)])),
  );
});

test.run();
