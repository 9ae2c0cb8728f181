import { execa } from 'execa';
import { BeHookError } from '../model/problem.ts';

/** How a program ended. */
export interface Ended {
  /** Exit status; 128 + signal number for one that was killed. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Settings of one run. */
export interface RunOptions {
  /** Seconds after which the program is killed. */
  readonly seconds?: number;
  /** Statuses that are answers; any other throws `tool-failed`. */
  readonly expect?: readonly number[] | 'any';
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A fixed place to look for programs, so that the caller's environment decides nothing (execa inherits everything by
 * default).
 */
export const toolPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const packages: Readonly<Record<string, string>> = {
  btrfs: 'btrfs-progs (or btrfsprogs)',
  getfattr: 'attr',
  setfattr: 'attr',
  unshare: 'util-linux',
  sync: 'coreutils',
};

/**
 * Runs a program and waits for it. No shell, no input, language C, fixed PATH. Throws `tool-missing` and `tool-failed`.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { seconds = 60, expect = [0], env = {} } = options;
  const result = await execa(program, [...args], {
    env: { PATH: toolPath, LC_ALL: 'C', ...env },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 256 * 1024 * 1024,
    stripFinalNewline: false,
  });
  if (result.code === 'ENOENT') throw missingTool(program);
  const status = result.exitCode ?? 128;
  if (result.timedOut || (expect !== 'any' && !expect.includes(status))) {
    const how = result.timedOut ? `did not end within ${seconds} s` : `failed with status ${status}`;
    const output = result.stderr.trim().split('\n').at(-1) ?? '';
    throw new BeHookError({ code: 'tool-failed', tool: program, how, output }, { cause: result });
  }
  return { status, stdout: result.stdout, stderr: result.stderr };
}

/** A program that goes on while we work, until its input closes: which the kernel does for us if we die. */
export interface Companion {
  readonly pid: number;
  /** Closes the program's input and waits for its end. */
  readonly close: () => Promise<void>;
}

/** Starts a companion and waits for its first line of output; a first line other than `ready` is handed to `refuse`. */
export async function startCompanion(
  program: string,
  args: readonly string[],
  refuse: (line: string, stderr: string) => BeHookError,
): Promise<Companion> {
  const child = execa(program, [...args], {
    env: { PATH: toolPath, LC_ALL: 'C' },
    extendEnv: false,
    stdin: 'pipe',
    reject: false,
    buffer: { stdout: false },
  });
  const first = await new Promise<string>((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
    });
    child.stdout.on('close', () => resolve(text));
  });
  const close = async (): Promise<void> => {
    child.stdin.end();
    await child;
  };
  if (first === 'ready' && child.pid !== undefined) return { pid: child.pid, close };
  child.stdin.end();
  const ended = await child;
  if (ended.code === 'ENOENT') throw missingTool(program);
  throw refuse(first, ended.stderr.trim());
}

function missingTool(program: string): BeHookError {
  return new BeHookError({
    code: 'tool-missing',
    tool: program,
    package: packages[program] ?? `the package that has ${program}`,
  });
}
