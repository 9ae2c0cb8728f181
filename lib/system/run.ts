import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import { BeHookError } from '../model/problem.ts';
import { ignoredSignals, ignoringToo } from './ignored-signals.ts';
import { missingTool } from './missing-tool.ts';
import { needDescriptors } from './need-descriptors.ts';
import { apart, readLine, toolPath } from './start.ts';

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
  /** The text of its standard input; none unless given. */
  readonly input?: string;
  /** What a message calls the program, where another one starts it. */
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

/** The end of a program, or what to throw for it: `tool-failed` where it is not among the statuses that are answers. */
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
 * Runs a program as `run` does and hands on what it prints while it prints it, one character for each byte: for output
 * that need not fit into memory. Answers its exit status; throws `tool-missing`.
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

/** How a program ended that had one of our own streams. */
export interface PipedEnd {
  /** Undefined where a signal ended it. */
  readonly status: number | undefined;
  readonly signal: string | undefined;
  /** What it complained about last; empty where it did not. */
  readonly complaint: string;
}

/**
 * Runs a program that reads our standard input, or writes our standard output, as it is: nothing of it goes through us.
 * Signals that would end us end the program, so that there is somebody to tidy up; and if we are killed, it is too.
 */
export async function runPiped(program: string, args: readonly string[], ours: 'stdin' | 'stdout'): Promise<PipedEnd> {
  needDescriptors('setpriv');
  const { execa } = await import('execa');
  const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', program, ...args], {
    env: { PATH: toolPath, LC_ALL: 'C' },
    extendEnv: false,
    ...apart,
    stdin: ours === 'stdin' ? 'inherit' : 'ignore',
    stdout: ours === 'stdout' ? 'inherit' : 'ignore',
    reject: false,
  });
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  const signals = (['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const).filter((one) => !ignoredSignals.includes(one));
  for (const signal of signals) process.on(signal, forward);
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

/** A program that has our terminal, or whatever our standard input and outputs are. */
export interface Attached {
  /** What it said when it was ready, after that word. */
  readonly said: string;
  /**
   * Lets it begin and waits for its end: exit status, 128 + signal number for one that was killed. What is typed to end
   * a program is its affair meanwhile, not ours; a signal that only we get is handed to `forward`.
   */
  readonly begin: (forward: (signal: NodeJS.Signals) => void) => Promise<number>;
}

/**
 * Starts a program that gets ready, says so by the word `ready` in its first line on file descriptor 3, and waits there
 * for a line before it begins. Any other first line is handed to `refuse`. If we die, killed or not, that line never
 * comes. With `onOutput` it has no input, and what it prints is handed on instead of going where our output goes.
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
  // Node makes a pair of sockets of such a pipe (child_process, options.stdio), execa tells of its reading side only.
  const control = child.stdio[3] as Duplex | undefined;
  const first = control === undefined ? '' : await readLine(control);
  const [, said] = /^ready(?: (.*))?$/.exec(first) ?? [];
  if (control === undefined || !first.startsWith('ready')) {
    control?.destroy();
    const { code, exitCode } = await child;
    // A shell in front of it tells a missing program by status 127.
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
  // What has no input of ours has no terminal either: what is typed there reaches only us.
  const typed = (name: NodeJS.Signals): SignalHandler => (hasTerminal ? ignore : unlessIgnored(name));
  return { SIGINT: typed('SIGINT'), SIGQUIT: typed('SIGQUIT'), SIGTERM: forward, SIGHUP: unlessIgnored('SIGHUP') };
}
