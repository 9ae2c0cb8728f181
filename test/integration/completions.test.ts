import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Command } from '../../lib/cli/command.ts';
import { commands } from '../../lib/cli/commands/index.ts';
import { beadm, bectl } from '../../packaging/completions/dialects.ts';
import { completionFiles } from '../../packaging/completions.ts';
import { makeScene, names } from '../support/completion/scene.ts';
import { ask, isInstalled, shells } from '../support/completion/shells.ts';
import { run } from '../support/rpm/run.ts';
import { skip } from '../support/skip.ts';

const BUILT = fileURLToPath(new URL('../../dist/completions/', import.meta.url));

/** Names of subvolumes that any user can create. A shell that does not treat them as plain text runs a program. */
const hostile = [
  'evil-a $(touch pwned)',
  'evil-b `touch pwned`',
  "evil-c '; touch pwned; '",
  'evil-d "; touch pwned; "',
  'evil-e ; touch pwned #',
  'evil-f & touch pwned',
  'evil-g \\',
  'evil-h !! * ? [a] {b,c} ~ %s',
  'evil-i é 環境',
  'evil-j:k@l=m',
  'evil-k path l path m',
  'evil-l/$(touch pwned)/m',
];

/** Names with terminal control characters. A list shows only the first line of the last one. */
const commanding = ['evil-w\u001b[31m', 'evil-x\u009b31m', 'evil-y\rz', 'evil-z\tz', 'line\n$(touch pwned)'];

const environments: readonly string[] = names.environments;
const snapshots: readonly string[] = names.snapshots;
const all = Object.values(commands);
const inFront = [
  '-v',
  '-q',
  '-h',
  '-V',
  '--filesystem',
  '--boot',
  '--json',
  '--verbose',
  '--quiet',
  '--help',
  '--version',
];
const behind = ['--verbose', '--quiet', '--help'];

/** A command line, and all words that the completion offers after it. */
const offers: [string, readonly string[]][] = [
  ['be-hook ', [...Object.keys(commands), 'help', 'version']],
  ['be-hook -', inFront],
  ['be-hook --filesystem /mnt --json sy', ['sync']],
  ['be-hook --filesystem=/mnt hold fed', ['fedora']],
  ['be-hook --json -', inFront],
  ['be-hook --json list --sort ', ['name', 'created', 'space', 'kernel']],
  ['be-hook sy', ['sync']],
  ['be-hook help ', Object.keys(commands)],
  ...all.map(({ name, options }): [string, string[]] => {
    const letters = options.flatMap(({ short }) => (short === undefined ? [] : [`-${short}`]));
    return [
      `be-hook ${name} -`,
      [...letters, '-v', '-q', '-h', ...options.map((option) => `--${option.name}`), ...behind],
    ];
  }),
  ...all.map(({ name, options }): [string, string[]] => {
    return [`be-hook ${name} --`, [...options.map((option) => `--${option.name}`), ...behind]];
  }),
  ...all.flatMap(({ name, arguments: [first] }): [string, readonly string[]][] => {
    if (first?.name === 'NAME') return [[`be-hook ${name} `, environments]];
    if (first?.name === 'NAME@SNAPSHOT') return [[`be-hook ${name} `, snapshots]];
    return first?.name === 'NAME[@SNAPSHOT]' ? [[`be-hook ${name} `, [...environments, ...snapshots]]] : [];
  }),
  ['be-hook hold fed', ['fedora']],
  ['be-hook create --from ', [...environments, ...snapshots]],
  ['be-hook create -e ', [...environments, ...snapshots]],
  ['be-hook create -te ', [...environments, ...snapshots]],
  ['be-hook create -d "some text" -t --from fedora ', environments],
  ['be-hook list -- ', environments],
  ['be-hook list --sort ', ['name', 'created', 'space', 'kernel']],
  ['be-hook rename fedora ', []],
  ['be-hook adopt --name ', []],
  ['be-hook describe fedora ', []],
  ['be-hook mount -o ', ['ro', 'rw']],
  ['be-hook volume ', ['list', 'set']],
  ['be-hook volume set fed', ['fedora']],
  ['be-hook volume set / ', ['shared', 'cloned']],
  ['be-hook volume set --at ', ['create', 'boot']],
  ['be-hook upgrade --progress ', ['json']],
  ['be-hook exec fedora tell-t', ['tell-tale']],
  ['be-hook exec fedora --d', []],
  ['be-hook exec fedora tell-tale --d', []],
  ['be-hook adopt evil', hostile],
  ['be-hook adopt line', ['line']],
  ...[beadm, bectl].flatMap(({ name, commands: own }): [string, readonly string[]][] => [
    [`${name} `, own.map((command) => command.name)],
    ...own
      .filter(({ options }) => options.length > 0)
      .map((command): [string, string[]] => {
        return [`${name} ${command.name} -`, command.options.map(({ short = '' }) => `-${short}`)];
      }),
    [`${name} activate `, environments],
    [`${name} activate -t pre`, ['pre-2026-11-29T05:30']],
    [`${name} create -e `, [...environments, ...snapshots]],
    [`${name} create -e fedora n`, []],
    [`${name} --filesystem /mnt rename fed`, ['fedora']],
  ]),
  ['beadm list -K ', ['date', 'name', 'space']],
  ['beadm create -d text -e bef', ['before']],
  ['bectl -r /mnt un', ['unmount']],
  ['bectl list -aHc used', ['used', 'usedds', 'usedsnap', 'usedrefreserv']],
  ['bectl jail fedora tell-t', ['tell-tale']],
];

/** A command line with one possible word, and the arguments that the program gets after Tab and Enter. */
const entered: [string, readonly string[]][] = [
  ['be-hook destroy fedora@c', ['destroy', 'fedora@clean']],
  ['be-hook destroy fedora@at-05:', ['destroy', 'fedora@at-05:30']],
  ['be-hook create --from=fedora@a', ['create', '--from=fedora@at-05:30']],
  ['bectl destroy pre-2026-11-29T05:', ['destroy', 'pre-2026-11-29T05:30']],
  ['beadm create -e fedora@at-', ['create', '-e', 'fedora@at-05:30']],
  ['be-hook list --sort=sp', ['list', '--sort=space']],
  ['be-hook volume --at=b', ['volume', '--at=boot']],
  ['be-hook list --filesystem top', ['list', '--filesystem', 'top dir/']],
  ['be-hook list --filesystem=top', ['list', '--filesystem=top dir/']],
  ['be-hook umount top', ['umount', 'top dir/']],
  ['be-hook mount fedora top', ['mount', 'fedora', 'top dir/']],
  ['be-hook volume set top', ['volume', 'set', 'top dir/']],
  ['be-hook exec --shared fedora tell-tale top', ['exec', '--shared', 'fedora', 'tell-tale', 'top dir/']],
  ['be-hook adopt \\$', ['adopt', '$(touch pwned)']],
  ['be-hook adopt evil-j:k@', ['adopt', 'evil-j:k@l=m']],
  ['be-hook adopt line', ['adopt', 'line']],
  ...hostile.map((path): [string, string[]] => [`be-hook adopt ${path.slice(0, 6)}`, ['adopt', path]]),
];

let folder = '';
const answers = new Map<string, readonly string[]>();

const test = suite('shell completion');

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'be-hook-completion-'));
  await makeScene(folder, [...hostile, ...commanding, '$(touch pwned)']);
  await mkdir(join(folder, 'top dir'));
  for (const shell of shells.filter(isInstalled)) {
    for (const [mode, cases] of [['offer', offers] as const, ['enter', entered] as const]) {
      const lines = cases.map(([line]) => line);
      const found = await ask({ shell, mode, lines, folder, completions: BUILT });
      for (const [index, line] of lines.entries()) answers.set(`${shell} ${mode} ${line}`, found[index] ?? []);
    }
  }
});

test.after(() => rm(folder, { recursive: true, force: true }));

for (const shell of shells) {
  for (const [line, expected] of offers) {
    test(`in ${shell} offers all words after “${line}”`, () => {
      const found = answers.get(`${shell} offer ${line}`) ?? skip(`${shell} is not installed`);

      assert.equal([...new Set(found)].toSorted(), [...expected].toSorted());
    });
  }

  for (const [line, expected] of entered) {
    test(`in ${shell} completes “${line}” to one argument`, () => {
      const found = answers.get(`${shell} enter ${line}`) ?? skip(`${shell} is not installed`);

      assert.equal(found, expected);
    });
  }

  test(`in ${shell} works with shell metacharacters in the table of commands`, async () => {
    if (!isInstalled(shell)) skip(`${shell} is not installed`);
    const completions = await mkdtemp(join(folder, 'odd-'));
    for (const [name, text] of Object.entries(completionFiles([odd]))) await writeFile(join(completions, name), text);

    const lines = ['be-hook li', 'be-hook list --s', 'be-hook list -s '];
    const found = await ask({ shell, mode: 'offer', lines, folder, completions });

    assert.equal(found, [['list'], ['--some'], []]);
  });
}

const signs = 'it\'s [a] \\ "b": `touch pwned` $(touch pwned) {c,d} %e';
const odd: Command = {
  ...commands.list,
  summary: signs,
  arguments: [{ name: `NAME: ${signs}` }],
  options: [{ name: 'some', short: 's', value: `KEY: ${signs}`, summary: signs }],
};

test('in bash completes a command after another command', async () => {
  const lines = ['env be-hook destroy fedora@c', 'env be-hook list --sort=sp'];

  const found = await ask({ shell: 'bash', mode: 'enter', lines, folder, completions: BUILT });

  assert.equal(found, [
    ['destroy', 'fedora@clean'],
    ['list', '--sort=space'],
  ]);
});

test('runs no command that is part of a name', async () => {
  assert.ok(answers.size > 0);
  assert.equal(
    (await readdir(folder)).filter((name) => name === 'pwned'),
    [],
  );
});

test('passes shellcheck in its files for bash', async () => {
  for (const name of ['be-hook', 'beadm', 'bectl']) {
    const { status, stdout } = await run('shellcheck', ['--shell=bash', join(BUILT, `${name}.bash`)]);
    assert.equal({ status, stdout }, { status: 0, stdout: '' });
  }
});

test.run();
