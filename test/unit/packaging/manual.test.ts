import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commands } from '../../../lib/cli/commands/index.ts';
import { globalOptions } from '../../../lib/cli/global.ts';
import { parseConfig } from '../../../lib/formats/config.ts';
import { defaultConfig } from '../../../lib/model/config.ts';
import { exitCodes } from '../../../lib/model/exit-codes.ts';
import { changedMessageId, partlyChangedMessageId } from '../../../lib/plan/journal.ts';
import { projectFile } from '../../support/rpm/project-file.ts';

const page = projectFile('packaging/man/be-hook.8.scd');
/** All pages, by their names. */
const pages: ReadonlyMap<string, string> = new Map(
  ['be-hook.8', 'be-hook.conf.5', 'be-hook-boot.7', 'be-hook-json.7', 'be-hook-upgrade.7', 'be-hook-volumes.7'].map(
    (name) => [name, projectFile(`packaging/man/${name}.scd`)],
  ),
);
const confPage = projectFile('packaging/man/be-hook.conf.5.scd');
const conf = projectFile('packaging/be-hook.conf');

/** The text between a heading and the next one. */
function section(text: string, heading: string): string {
  const [, body = ''] = text.split(`\n# ${heading}\n`);
  return body.split(/\n# [A-Z]/)[0] ?? '';
}

/** The visible text, without the markup of scdoc. */
function plain(text: string): string {
  return text.replaceAll(/[*_\\]/g, '');
}

const manual = suite('be-hook(8)');

for (const { name, arguments: words, options, passthrough } of Object.values(commands)) {
  manual(`shows "be-hook ${name}" with exactly its options and arguments`, () => {
    const synopses = plain(section(page, 'COMMANDS')).match(/^be-hook .*$/gm) ?? [];
    const shown = synopses.find((line) => line.split(' ')[1] === name) ?? '';

    const flags = options.map((option) =>
      option.value === undefined ? `[--${option.name}]` : `[--${option.name} ${option.value}]`,
    );
    const operands = words.map((word) => (word.optional === true ? `[${word.name}]` : word.name));
    if (passthrough !== undefined) operands.push(passthrough);
    const pieces = shown.match(/\[(?:[^[\]]|\[[^\]]*\])*\]|\S+/g)?.slice(2) ?? [];
    assert.equal(pieces.toSorted(), [...flags, ...operands].toSorted());
  });
}

manual('shows no unknown command', () => {
  const shown = plain(section(page, 'COMMANDS')).match(/^be-hook (\S+)/gm) ?? [];
  const names = shown.map((line) => line.slice('be-hook '.length));

  assert.equal(names.toSorted(), [...Object.keys(commands), 'help', 'version'].toSorted());
});

manual('describes every option', () => {
  const described = plain(section(page, 'OPTIONS')).match(/^--[a-z-]+/gm) ?? [];
  const all = Object.values(commands).flatMap(({ options }) => options.map(({ name }) => `--${name}`));

  assert.equal(described.toSorted(), [...new Set(all), '--verbose', '--quiet', '--help'].toSorted());
});

manual('names only pages and sections that exist', () => {
  for (const [name, text] of pages) {
    for (const [, other = '', part = ''] of text.matchAll(/\*(be-hook[a-z.-]*)\*\((\d)\)/g)) {
      assert.ok(pages.has(`${other}.${part}`), `${name}: ${other}(${part})`);
    }
    for (const [, heading = '', other = '', part = ''] of text.matchAll(
      /\*([A-Z][A-Z -]+)\* in\s+\*([a-z.-]+)\*\((\d)\)/g,
    )) {
      assert.ok((pages.get(`${other}.${part}`) ?? '').includes(`\n# ${heading}\n`), `${name}: ${heading}`);
    }
    for (const [, heading = ''] of text.matchAll(/see \*([A-Z][A-Z -]+)\*(?! in)/g)) {
      assert.ok(text.includes(`\n# ${heading}\n`), `${name}: ${heading}`);
    }
  }
});

manual('names only options that exist, in examples and text', () => {
  const known = new Set(
    [...globalOptions, ...Object.values(commands).flatMap(({ options }) => options)].map(({ name }) => name),
  );
  for (const [name, text] of pages) {
    const examples = [...text.matchAll(/^# (be-hook .*)$/gm)].map(([, line = '']) => line.replace(/ -- .*/, ''));
    for (const [, option = ''] of examples.join('\n').matchAll(/ --([a-z-]+)/g))
      assert.ok(known.has(option), `${name}: --${option}`);
  }
});

manual('lists the message ids of the journal', () => {
  const journal = section(page, 'JOURNAL');
  for (const id of [changedMessageId, partlyChangedMessageId]) assert.ok(journal.includes(id), id);
});

manual('lists the exit status of every problem', () => {
  const told = new Map<string, number>();
  const lines = section(page, 'EXIT STATUS').matchAll(/^\*(\d+)\*\n\t(.*)$/gm);
  for (const [, status = '', problems = ''] of lines) {
    for (const problem of (problems.split(';')[0] ?? '').split(', ')) told.set(problem, Number(status));
  }

  assert.equal(Object.fromEntries([...told].toSorted()), Object.fromEntries(Object.entries(exitCodes).toSorted()));
});

manual.run();

const settings = suite('be-hook.conf(5)');

settings('sets nothing in the installed file', () => {
  assert.equal(parseConfig(conf, 'etc/be-hook/be-hook.conf').config, defaultConfig);
  assert.match(conf, /^#[a-z]/m);
});

settings('shows every setting with its default in the installed file', () => {
  const shown = conf.replaceAll(/^#(?=[a-z-]+ = )/gm, '');

  // Some settings have no fixed default: the file shows a common value.
  const retention = { ...defaultConfig.retention, days: 90, free: 10 };
  assert.equal(parseConfig(shown, 'be-hook.conf').config, {
    ...defaultConfig,
    timeout: 5,
    retention,
    packageManager: 'dnf5',
  });
});

settings('has the same settings as the installed file', () => {
  const inFile = [...conf.matchAll(/^#([a-z-]+) = /gm)].map(([, name]) => name);
  const inPage = [...section(confPage, 'SETTINGS').matchAll(/^\*([a-z-]+)\* = /gm)].map(([, name]) => name);

  assert.equal(inPage, inFile);
});

settings('has a valid example', () => {
  const [, example = ''] = /```\n([^`]*)```/.exec(confPage) ?? [];

  assert.equal(parseConfig(example, 'be-hook.conf').config, { ...defaultConfig, timeout: 20, maxEntries: 12 });
});

settings.run();
