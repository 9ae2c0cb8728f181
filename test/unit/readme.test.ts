import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commands } from '../../lib/cli/commands/index.ts';

const test = suite('documents');

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const documents = [
  'README.md',
  'lib/README.md',
  'lib/LAWS.md',
  'CONTRIBUTING.md',
  'test/PROMISES.md',
  'test/README.md',
  'packaging/README.md',
];

for (const document of documents) {
  test(`every link of ${document} leads to an existing file`, () => {
    const links = [...read(document).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
    const from = document.includes('/') ? document.slice(0, document.lastIndexOf('/')) : '.';

    const dead = links.filter((link) => !existsSync(join(root, from, link)));

    assert.equal(dead, []);
  });
}

test('every promise names its tests', () => {
  const rows = read('test/PROMISES.md')
    .split('\n')
    .filter((line) => /^\| (?!Promise |---)/.test(line));

  assert.ok(rows.length >= 8);
  for (const row of rows) assert.match(row, /\((integration|guest)\/[a-z-]+\.test\.ts\)/);
});

test('the README shows every be-hook command, with options that exist', () => {
  const used = [...read('README.md').matchAll(/^be-hook ([a-z]+)([^#\n]*)/gm)];
  const names = new Set(used.map((match) => match[1]));

  assert.equal([...names].sort(), Object.keys(commands).sort());
  for (const [, name = '', rest = ''] of used) {
    const known: readonly string[] =
      Object.values(commands)
        .find((command) => command.name === name)
        ?.options.map((option) => `--${option.name}`) ?? [];
    // The arguments after `--` belong to another program.
    for (const option of rest.split(' -- ')[0]?.match(/--[a-z-]+/g) ?? [])
      assert.ok(known.includes(option), `${name} ${option}`);
  }
});

test('every npm script that the README names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [...read('README.md').matchAll(/npm (?:run )?([a-z:]+)/g)]
    .map((match) => match[1] ?? '')
    .filter((name) => name !== 'ci');

  assert.ok(named.includes('demo') && named.includes('test'));
  for (const name of named) assert.ok(name in scripts, name);
});

test('decisions are numbered without a gap', () => {
  const numbers = [...read('DECISIONS.md').matchAll(/^## (\d+)\. /gm)].map((match) => Number(match[1]));

  assert.equal(
    numbers,
    numbers.map((_number, index) => index + 1),
  );
});

test.run();
