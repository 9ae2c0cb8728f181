import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const SCRIPTS = fileURLToPath(new URL('.', import.meta.url));

/** The shells for which be-hook has completions. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One of these shells. */
export type Shell = (typeof shells)[number];

/** Whether the shell is installed. */
export function isInstalled(shell: Shell): boolean {
  return spawnSync(shell, ['--version']).error === undefined;
}

/** Command lines for a shell to complete. */
export interface Questions {
  readonly shell: Shell;
  /** `offer`: return the words that the shell offers. `enter`: return the output of the program after Tab and Enter. */
  readonly mode: 'offer' | 'enter';
  /** The cursor is at the end of each line. */
  readonly lines: readonly string[];
  /** The working directory. Its directory `bin` is the first in PATH. */
  readonly folder: string;
  /** The directory of the completion files. */
  readonly completions: string;
}

/** Completes command lines in a shell as at its prompt, and returns the words for each line. Output words are separated by tabs. */
export async function ask({
  shell,
  mode,
  lines,
  folder,
  completions,
}: Questions): Promise<readonly (readonly string[])[]> {
  const [questions, answers] = [join(folder, '.questions'), join(folder, '.answers')];
  await writeFile(questions, lines.map((line) => `${line}\n`).join(''));
  await writeFile(answers, '');
  await writeFile(join(folder, '.zshrc'), `source ${join(SCRIPTS, 'ask.zsh')}\n`);
  const [program, args] = commandOf(shell);
  const { stderr } = await execa(program, args, {
    cwd: folder,
    env: {
      PATH: `${join(folder, 'bin')}:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: folder,
      LC_ALL: 'C.UTF-8',
      TERM: 'dumb',
      INPUTRC: '/dev/null',
      ZSHRC_FOLDER: folder,
      COMPLETIONS: completions,
      QUESTIONS: questions,
      ANSWERS: answers,
      MODE: mode,
    },
    extendEnv: false,
    // Only bash reads keys: Tab, then Enter, or Control-U, which deletes the line.
    input: shell === 'bash' ? lines.map((line) => `${line}\t${mode === 'offer' ? '\u0015' : '\n'}`).join('') : '',
    timeout: 120_000,
  });
  // An interactive bash prints the typed keys there.
  if (shell !== 'bash' && stderr !== '') throw new Error(`${shell} says: ${stderr}`);
  const text = await readFile(answers, 'utf8');
  await Promise.all([questions, answers, join(folder, '.zshrc')].map((path) => rm(path)));
  const found = text.split('\n').slice(0, -1);
  if (found.length !== lines.length) throw new Error(`${lines.length} questions, ${found.length} answers:\n${text}`);
  return found.map((line) => line.split('\t').filter((word) => word !== ''));
}

function commandOf(shell: Shell): readonly [string, readonly string[]] {
  switch (shell) {
    case 'bash':
      return ['bash', ['--noprofile', '--rcfile', join(SCRIPTS, 'ask.bash'), '-i']];
    case 'zsh':
      return ['zsh', ['-f', join(SCRIPTS, 'ask.zsh')]];
    case 'fish':
      return ['fish', ['--no-config', join(SCRIPTS, 'ask.fish')]];
  }
}
