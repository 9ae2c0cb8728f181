import { constants } from 'node:os';
import type { Duplex, Readable } from 'node:stream';
import { execa } from 'execa';
import { BeHookError } from '../model/problem.ts';
import { ignoredSignals, ignoringToo } from './ignored-signals.ts';
import { missingTool } from './missing-tool.ts';
import { needDescriptors } from './need-descriptors.ts';

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
 * Where be-hook looks for programs: only where packages put them, because unprivileged users may be allowed to write to
 * /usr/local. The caller's environment decides nothing (execa inherits everything by default).
 */
export const toolPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** A process group of its own keeps the signals that we ignore from the programs that we start. */
const apart = { detached: ignoredSignals.length > 0 } as const;

/**
 * Runs a program and waits for it. No shell, language C, fixed PATH. Throws `tool-missing` and `tool-failed`.
 */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { seconds = 60, expect = [0], env = {}, name = program, input } = options;
  needDescriptors(program);
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
  if (result.timedOut || (expect !== 'any' && !expect.includes(status))) {
    const how = result.timedOut ? `did not end within ${seconds} s` : `failed with status ${status}`;
    const output = result.stderr.trim().split('\n').at(-1) ?? '';
    throw new BeHookError({ code: 'tool-failed', tool: name, how, output }, { cause: result });
  }
  return { status, stdout: result.stdout, stderr: result.stderr };
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

/** A program that goes on while we work, until its input closes: which the kernel does for us if we die. */
export interface Companion {
  readonly pid: number;
  /** Closes the program's input and waits for its end. */
  readonly close: () => Promise<void>;
}

/** Set for the companion of a session, whose namespace has copies of all mounts that nobody uses. */
export const companionVariable = 'BE_HOOK_COMPANION';

/** Starts a companion and waits for its first line of output; a first line other than `ready` is handed to `refuse`. */
export async function startCompanion(
  program: string,
  args: readonly string[],
  refuse: (line: string, stderr: string) => BeHookError,
  env: Readonly<Record<string, string>> = {},
): Promise<Companion> {
  needDescriptors(program);
  const child = execa(program, [...args], {
    env: { PATH: toolPath, LC_ALL: 'C', ...env },
    extendEnv: false,
    ...apart,
    stdin: 'pipe',
    reject: false,
    buffer: { stdout: false },
  });
  const first = await readLine(child.stdout);
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

function readLine(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
    });
    stream.on('close', () => resolve(text));
  });
}
