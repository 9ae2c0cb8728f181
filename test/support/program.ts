import { copyFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { holdAgainstSchemas } from './json-schemas.ts';

/** The result of the built program. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built command, as its package installs it. */
export const programPath = fileURLToPath(new URL('../../dist/be-hook.cjs', import.meta.url));

/** Copies the built command, and the files that it loads, into a directory. */
export async function copyProgram(directory: string): Promise<void> {
  const built = dirname(programPath);
  const names = (await readdir(built)).filter((name) => name.endsWith('.cjs'));
  await Promise.all(names.map((name) => copyFile(join(built, name), join(directory, name))));
}

/** Runs the built `be-hook` like a user, in a clean environment, and returns its result. Throws only for JSON that no published schema describes. */
export async function beHook(...args: readonly string[]): Promise<Ran> {
  const ran = await runCleanly(process.execPath, [programPath, ...args]);
  holdAgainstSchemas(args, ran.stdout);
  return ran;
}

/** Runs a program with only the environment variables `more`, and returns its result. Never throws. */
export async function runCleanly(
  program: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const ended = await execa(program, args, {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...more },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 120_000,
    stripFinalNewline: false,
  });
  return { status: ended.exitCode ?? 128, stdout: ended.stdout, stderr: ended.stderr };
}

/** Runs it, expects success and returns its output. */
export async function beHookOk(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await beHook(...args);
  if (status !== 0) throw new Error(`be-hook ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** One entry of `be-hook menu --json`. */
export interface MenuEntry {
  readonly id: string;
  readonly default: boolean;
  readonly be: string;
  readonly release: string;
  readonly title: string;
  readonly image: string;
  readonly initrds: readonly string[];
  readonly options: string;
}

/** The output of `be-hook menu --json`. */
export interface MenuData {
  readonly version: number;
  readonly default: string | null;
  readonly timeout: number | null;
  readonly entries: readonly MenuEntry[];
}

/** One boot environment of `be-hook list --json`. */
export interface ListedEnvironment {
  readonly name: string;
  readonly flags: string;
  readonly active: boolean;
  readonly running: boolean;
  readonly adopted: boolean;
  readonly state: 'upgrading' | 'failed' | null;
  readonly subvolume: { readonly id: number; readonly uuid: string; readonly path: string };
  readonly kernels: readonly Pick<MenuEntry, 'release' | 'image' | 'initrds' | 'options'>[];
  readonly problems: readonly { readonly code: string; readonly message: string; readonly hint: string }[];
}

/** The output of `be-hook menu` for a file system. */
export async function menuOf(filesystem: string): Promise<MenuData> {
  return JSON.parse(await beHookOk('menu', '--json', '--filesystem', filesystem)) as MenuData;
}

/** The output of `be-hook list` for a file system, without space usage, because measuring commits the file system. */
export async function listOf(filesystem: string): Promise<readonly ListedEnvironment[]> {
  const data = JSON.parse(await beHookOk('list', '--json', '--quick', '--filesystem', filesystem)) as {
    environments: readonly ListedEnvironment[];
  };
  return data.environments;
}
