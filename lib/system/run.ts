import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import { BeHookError } from '../model/problem.ts';
import { ignoredSignals, ignoringToo } from './ignored-signals.ts';
import { missingTool } from './missing-tool.ts';
import { needDescriptors } from './need-descriptors.ts';
import { apart, toolPath } from './spawn.ts';
import { readLine } from './start.ts';

/** The exit status and the outputs of a program. */
export interface Ended {
  /** Exit status; 128 + signal number where a signal killed the program. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Settings of one run. */
export interface RunOptions {
  /** Seconds after which be-hook kills the program. */
  readonly seconds?: number;
  /** The exit statuses that the caller accepts; any other status throws `tool-failed`. */
  readonly expect?: readonly number[] | 'any';
  readonly env?: Readonly<Record<string, string>>;
  /** The text of its standard input; the input is empty by default. */
  readonly input?: string;
  /** The name of the program in messages, where another program starts it. */
  readonly name?: string;
}

/**
 * Runs a program and waits for it. No shell, language C, fixed PATH. Throws `tool-missing` and `tool-failed`.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { seconds = 60, env = {}, input } = options;
  needDescriptors(program);
  const { execa } = await import('execa');
  const result = await execa(program, [...args], {
    env: { PATH: toolPath, LC_ALL: 'C', ...env },
    extendEnv: false,
    ...apart,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    reject: false,
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 256 * 1024 * 1024,
    stripFinalNewline: false,
  });
  if (result.code === 'ENOENT') throw missingTool(program);
  const status = result.exitCode ?? 128 + (result.signal === undefined ? 0 : constants.signals[result.signal]);
  const { stdout, stderr, timedOut } = result;
  return judge({ status, stdout, stderr, timedOut, cause: result }, program, options);
}

/** The result of a program. Throws `tool-failed` where the caller does not accept the exit status, or after a timeout. */
export function judge(
  { status, stdout, stderr, timedOut, cause }: Ended & { readonly timedOut: boolean; readonly cause?: unknown },
  program: string,
  { seconds = 60, expect = [0], name = program }: RunOptions,
): Ended {
  if (timedOut || (expect !== 'any' && !expect.includes(status))) {
    const how = timedOut ? `did not end within ${seconds} s` : `failed with status ${status}`;
    const output = stderr.trim().split('\n').at(-1) ?? '';
    throw new BeHookError({ code: 'tool-failed', tool: name, how, output }, { cause });
  }
  return { status, stdout, stderr };
}

/**
 * Runs a program as `run` does, and passes its output to `onOutput` while the program prints it, one character for each
 * byte. Such output need not fit into memory. Returns the exit status; throws `tool-missing`.
 */
export async function runStreaming(
  program: string,
  args: readonly string[],
  onOutput: (text: string) => void,
): Promise<number> {
  needDescriptors(program);
  const { execa } = await import('execa');
  const child = execa(program, [...args], {
    env: { PATH: toolPath, LC_ALL: 'C' },
    extendEnv: false,
    ...apart,
    stdin: 'ignore',
    stderr: 'ignore',
    reject: false,
    buffer: false,
  });
  child.stdout.setEncoding('latin1').on('data', onOutput);
  const result = await child;
  if (result.code === 'ENOENT') throw missingTool(program);
  return result.exitCode ?? 128;
}

/** The result of a program that used be-hook's standard input or output. */
export interface PipedEnd {
  /** Undefined where a signal ended it. */
  readonly status: number | undefined;
  readonly signal: string | undefined;
  /** The last line of its standard error; empty where it printed no error. */
  readonly complaint: string;
}

/**
 * Runs a program that reads be-hook's standard input, or writes to its standard output, directly: the data does not pass
 * through be-hook. be-hook forwards to the program the signals that would end be-hook. So be-hook survives them and can
 * clean up. If be-hook is killed, the kernel kills the program too.
 */
export async function runPiped(program: string, args: readonly string[], ours: 'stdin' | 'stdout'): Promise<PipedEnd> {
  needDescriptors('setpriv');
  const { execa } = await import('execa');
  const signals = (['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const).filter(
    (candidate) => !ignoredSignals.includes(candidate),
  );
  // The handlers come first: a signal that arrives while the program starts must not end be-hook.
  for (const signal of signals) process.on(signal, forward);
  const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', program, ...args], {
    env: { PATH: toolPath, LC_ALL: 'C' },
    extendEnv: false,
    ...apart,
    stdin: ours === 'stdin' ? 'inherit' : 'ignore',
    stdout: ours === 'stdout' ? 'inherit' : 'ignore',
    reject: false,
  });
  function forward(signal: NodeJS.Signals): void {
    child.kill(signal);
  }
  try {
    const { code, exitCode, signal, stderr } = await child;
    if (code === 'ENOENT') throw missingTool('setpriv');
    const complaint =
      stderr
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(/^ERROR: /, '') ?? '';
    return { status: exitCode, signal, complaint };
  } finally {
    for (const signal of signals) process.off(signal, forward);
  }
}

/** A program that has be-hook's standard input and outputs, for instance its terminal. */
export interface Attached {
  /** The text that it printed after the word `ready`. */
  readonly said: string;
  /**
   * Lets it begin and waits for its end. Returns the exit status; 128 + signal number where a signal killed it. Meanwhile
   * be-hook ignores the signals that keys at the terminal send, because the program gets them too. Signals that only
   * be-hook gets are passed to `forward`.
   */
  readonly begin: (forward: (signal: NodeJS.Signals) => void) => Promise<number>;
}

/**
 * Starts a program that prepares, prints the word `ready` as its first line on file descriptor 3, and waits there for a
 * line before it begins. Any other first line is passed to `refuse`. If be-hook ends, even by SIGKILL, that line never
 * comes. With `onOutput` the program has no input, and `onOutput` gets its output; otherwise it uses be-hook's own.
 */
export async function startAttached(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  refuse: (line: string) => BeHookError,
  onOutput?: (chunk: Buffer) => void,
): Promise<Attached> {
  const [starter, starterArgs] = ignoringToo(program, args);
  needDescriptors(program);
  const { execa } = await import('execa');
  const child = execa(starter, [...starterArgs], {
    env,
    extendEnv: false,
    stdio: onOutput === undefined ? ['inherit', 'inherit', 'inherit', 'pipe'] : ['ignore', 'pipe', 'pipe', 'pipe'],
    buffer: false,
    reject: false,
  });
  if (onOutput !== undefined) for (const stream of [child.stdout, child.stderr]) stream?.on('data', onOutput);
  // Node makes a pair of sockets for such a pipe (child_process, options.stdio). The types of execa name only its
  // reading side.
  const control = child.stdio[3] as Duplex | undefined;
  const first = control === undefined ? '' : await readLine(control);
  const [, said] = /^ready(?: (.*))?$/.exec(first) ?? [];
  if (control === undefined || !first.startsWith('ready')) {
    control?.destroy();
    const { code, exitCode } = await child;
    // Where a shell starts the program, status 127 means that the program is missing.
    if (code === 'ENOENT' || (starter !== program && exitCode === 127)) throw missingTool(program);
    throw refuse(first);
  }
  const begin: Attached['begin'] = async (forward) => {
    const handlers = handlersFor(forward, onOutput === undefined);
    for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
    try {
      control.write('go\n');
      const { exitCode, signal } = await child;
      return exitCode ?? 128 + (signal === undefined ? 0 : constants.signals[signal]);
    } finally {
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
    }
  };
  return { said: said ?? '', begin };
}

type SignalHandler = (signal: NodeJS.Signals) => void;

function handlersFor(forward: SignalHandler, hasTerminal: boolean): Readonly<Record<string, SignalHandler>> {
  const ignore = (): void => undefined;
  const unlessIgnored = (name: NodeJS.Signals): SignalHandler => (ignoredSignals.includes(name) ? ignore : forward);
  // A program without be-hook's input has no terminal: the signals that keys send reach only be-hook.
  const typed = (name: NodeJS.Signals): SignalHandler => (hasTerminal ? ignore : unlessIgnored(name));
  return { SIGINT: typed('SIGINT'), SIGQUIT: typed('SIGQUIT'), SIGTERM: forward, SIGHUP: unlessIgnored('SIGHUP') };
}
