import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withHookMachine } from '../support/hook-machine.ts';
import { findMismatches, publishedSchemas } from '../support/json-schemas.ts';

const test = suite('the JSON Schemas');

/** The schemas that output of the program was held against. */
const held = new Set<string>();

function hold(name: string, value: unknown): void {
  assert.equal(findMismatches(name, value), [], name);
  held.add(name);
}

test('describe what each command prints', async () => {
  await withHookMachine(async ({ json, run }) => {
    hold('status', await json('status'));
    hold('error', JSON.parse((await run(['be-hook', 'list', 'no-such', '--json'])).stdout));
  });
});

test('were all held against output', () => {
  assert.equal([...held].toSorted(), [...publishedSchemas().keys()].toSorted());
});

test('find a field that they do not name', () => {
  const problem = { code: 'usage', message: 'a', hint: 'b', exitStatus: 64 };
  assert.equal(findMismatches('error', { version: 1, error: problem }), []);
  assert.is(findMismatches('error', { version: 1, error: { ...problem, more: 1 } }).length, 1);
});

test.run();
