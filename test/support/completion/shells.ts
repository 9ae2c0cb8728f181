import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const SCRIPTS = fileURLToPath(new URL('.', import.meta.url));

/** The shells that be-hook has completions for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One of them. */
export type Shell = (typeof shells)[number];

/** Whether it can be asked. */
export function isInstalled(shell: Shell): boolean {
  return spawnSync(shell, ['--version']).error === undefined;
}

/** Command lines for a shell to complete. */
export interface Questions {
  readonly shell: Shell;
  /** `offer`: which words does it offer? `enter`: what does the program print after Tab and Enter? */
  readonly mode: 'offer' | 'enter';
  /** The cursor is at their end. */
  readonly lines: readonly string[];
  /** Where it works. Programs of its folder `bin` come first. */
  readonly folder: string;
  /** Where the completion files are. */
  readonly completions: string;
}

/** Lets a shell complete command lines as a person would at its prompt, and gives the words for each; tabs divide what is printed. */
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
    // Only bash reads keys: Tab, and then Enter, or Control-U, which takes the line back.
    input: shell === 'bash' ? lines.map((line) => `${line}\t${mode === 'offer' ? '\u0015' : '\n'}`).join('') : '',
    timeout: 120_000,
  });
  // An interactive bash shows there what is typed.
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
