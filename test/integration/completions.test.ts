import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commands } from '../../lib/cli/commands/index.ts';
import { run } from '../support/rpm/run.ts';
import { skip } from '../support/skip.ts';

const FOLDER = fileURLToPath(new URL('../../packaging/completions/', import.meta.url));

/** A be-hook that has two boot environments to tell of. */
const command = `#!/bin/sh
[ "$*" = list ] && printf '%s\\n' 'NAME   FLAGS' 'fedora NR' 'before -'
`;
let path = '';

/** Asks a shell what it offers after the words of a command line, of which the last one may be begun. */
type Ask = (words: readonly string[]) => Promise<string[]>;

async function lines(shell: string, args: readonly string[]): Promise<string[]> {
  const { status, stdout, stderr } = await run('env', [`PATH=${path}:${process.env['PATH'] ?? ''}`, shell, ...args]);
  assert.is(status, 0, stderr);
  assert.is(stderr, '');
  return stdout.split('\n').filter((line) => line !== '');
}

const bashScript = `source "$1/be-hook.bash"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_be_hook
printf '%s\\n' "\${COMPREPLY[@]}"`;

const askBash: Ask = (words) => lines('bash', ['-c', bashScript, 'bash', FOLDER, ...words]);

const askFish: Ask = async (words) => {
  const script = 'source $argv[1]/be-hook.fish; complete -C "$argv[2]"';
  const offered = await lines('fish', ['--no-config', '-c', script, FOLDER, words.join(' ')]);
  return offered.map((line) => line.split('\t')[0] ?? '');
};

/** zsh completes on a terminal only; these take the place of the two functions of its completion system that get what is offered. */
const zshScript = `_arguments() { print -rl -- $@; local word=\${@[-1]}; case $word in 1:*) \${word##*:} ;; esac }
_describe() { print -rl -- \${(P)2} }
compadd() { print -rl -- \${(P)2} }
folder=$1; shift
words=("$@") CURRENT=$#
source $folder/_be-hook`;

const askZsh: Ask = async (words) => {
  const offered = await lines('zsh', ['-f', '-c', zshScript, 'zsh', FOLDER, ...words]);
  const last = words.at(-1) ?? '';
  return offered.map((line) => /^[a-z-]*/.exec(line)?.[0] ?? '').filter((word) => word !== '' && word.startsWith(last));
};

for (const [shell, ask] of Object.entries({ bash: askBash, fish: askFish, zsh: askZsh })) {
  const test = suite(`completion in ${shell}`);
  test.before(async () => {
    path = await mkdtemp(join(tmpdir(), 'be-hook-completion-'));
    await writeFile(join(path, 'be-hook'), command, { mode: 0o755 });
    if (spawnSync(shell, ['--version']).error !== undefined) skip(`${shell} is not installed`);
  });
  test.after(() => rm(path, { recursive: true, force: true }));
  const named = Object.keys(commands);

  test('offers every command and no other', async () => {
    const offered = (await ask(['be-hook', ''])).filter((word) => !word.startsWith('-'));

    assert.equal(offered.toSorted(), [...named, 'help', 'version'].toSorted());
  });

  test('offers the commands that begin like the word', async () => {
    assert.equal((await ask(['be-hook', 'sy'])).toSorted(), ['sync']);
  });

  for (const { name, options } of Object.values(commands)) {
    test(`offers the options of ${name} and no other`, async () => {
      const expected = [...options.map((option) => `--${option.name}`), '--help'];

      assert.equal((await ask(['be-hook', name, '--'])).toSorted(), expected.toSorted());
    });
  }

  test('offers the commands after help', async () => {
    assert.equal((await ask(['be-hook', 'help', ''])).toSorted(), named.toSorted());
  });

  test('offers the boot environments after forget', async () => {
    const offered = (await ask(['be-hook', 'forget', ''])).filter((word) => !word.startsWith('-'));

    assert.equal(offered.toSorted(), ['before', 'fedora']);
  });

  test.run();
}
