import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { programPath, type Ran } from './program.ts';

/** The tools whose names be-hook accepts. */
export type Dialect = 'beadm' | 'bectl';

let directory: string | undefined;

/** A link of that name to the built command, as in be-hook-compat. */
export function dialectLink(name: Dialect): string {
  if (directory === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'be-hook-dialect-'));
    for (const each of ['beadm', 'bectl']) symlinkSync(programPath, join(made, each));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    directory = made;
  }
  return join(directory, name);
}

const settings = {
  env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
  extendEnv: false,
  reject: false,
  timeout: 120_000,
  stripFinalNewline: false,
} as const;

/** Runs the built program under that name and returns its result. Never throws. */
export async function runAs(name: Dialect, ...words: readonly string[]): Promise<Ran> {
  const ended = await execa(process.execPath, [dialectLink(name), ...words], { ...settings, stdin: 'ignore' });
  return { status: ended.exitCode ?? 128, stdout: ended.stdout, stderr: ended.stderr };
}

/** Runs it, expects success and an empty standard error, and returns its output. */
export async function runAsOk(name: Dialect, ...words: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runAs(name, ...words);
  if (status !== 0 || stderr !== '') throw new Error(`${name} ${words.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** Runs a program on its own terminal, in which a user types `input`. Returns the text on the screen. */
export async function onTerminal(program: string, words: readonly string[], input: string): Promise<Ran> {
  const line = [process.execPath, program, ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const ended = await execa('script', ['--quiet', '--return', '--command', line, '/dev/null'], { ...settings, input });
  return { status: ended.exitCode ?? 128, stdout: ended.stdout.replaceAll('\r', ''), stderr: ended.stderr };
}

/** Runs the built program under that name on a terminal. */
export function runOnTerminal(name: Dialect, words: readonly string[], input: string): Promise<Ran> {
  return onTerminal(dialectLink(name), words, input);
}
