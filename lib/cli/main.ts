import { keepIgnoring } from '../app/signals.ts';
import { exitCodes } from '../model/exit-codes.ts';
import { BeHookError, isProblem, type Problem } from '../model/problem.ts';
import { parseArgs } from './args.ts';
import type { Command, CommandResult } from './command.ts';
import { commands } from './commands/index.ts';
import { findDialect } from './dialects/index.ts';
import { readGlobals } from './global.ts';
import { printHelp } from './help.ts';
import { loadRun } from './load-run.ts';
import { problemLine } from './output/problem.ts';
import { printRefusalJson } from './output/refusal-json.ts';
import { suggestCommand } from './suggest.ts';

declare const __VERSION__: string;

async function main(argv: readonly string[]): Promise<number> {
  const dialect = findDialect();
  if (dialect !== undefined) return report(await dialect(argv), false);
  const globals = readGlobals(argv);
  const [name = 'help', ...rest] = globals.rest;
  if (globals.version || name === 'version') return print(`be-hook ${__VERSION__}\n`);
  if (name === 'help') return print(printHelp(rest[0] === undefined ? undefined : findCommand(rest[0])));
  const command = findCommand(name);
  if (globals.help || asksForHelp(command, rest)) return print(printHelp(command));
  let json = asksForJson(argv);
  try {
    const invocation = parseArgs(command, rest, globals);
    json = invocation.flags.has('json');
    const run = await loadRun(command.name);
    return report(await run(invocation), invocation.flags.has('quiet'));
  } catch (error) {
    return reportError(error, json, `see: be-hook help ${command.name}`);
  }
}

/** Whether a command line that cannot be read asks for JSON: its own `--json` comes before any `--`. */
function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return findDialect() === undefined && (end < 0 ? argv : argv.slice(0, end)).includes('--json');
}

function report({ messages, errors = [], stdout, exitCode }: CommandResult, isQuiet: boolean): number {
  for (const line of [...(isQuiet ? [] : messages), ...errors]) process.stderr.write(`${line}\n`);
  // Without data, no process has to read the output.
  if (stdout !== '') write(stdout);
  return exitCode;
}

/** be-hook must not interpret arguments in another program's command line. */
function asksForHelp({ passthrough }: Command, argv: readonly string[]): boolean {
  const end = argv.findIndex((word) => word === '--' || (passthrough !== undefined && !word.startsWith('-')));
  return (end < 0 ? argv : argv.slice(0, end)).some((word) => word === '--help' || word === '-h');
}

function findCommand(name: string): Command {
  const found = Object.values(commands).find((command) => command.name === name);
  if (found !== undefined) return found;
  const text = `there is no command “${name}”`;
  const names = Object.values(commands).map((command) => command.name);
  const meant = suggestCommand(name, names);
  throw new BeHookError(
    meant === undefined ? { code: 'usage', text } : { code: 'usage', text, hint: `did you mean: be-hook ${meant}?` },
  );
}

function print(text: string): number {
  write(text);
  return 0;
}

/** Writes to standard output. Its stream takes time to make, so commands without data do without it. */
function write(text: string): void {
  // A reader that ends early (`be-hook list | head -1`) is no error. A full disk is an error, but be-hook has done or
  // refused the work by now.
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.stderr.write(`be-hook: the output cannot be written: ${error.message}\n`);
    process.exit(error.code === 'EPIPE' ? 0 : exitCodes['write-refused']);
  });
  process.stdout.write(text);
}

/** Prints an error and, on a terminal, how to get help on the command. Returns the exit status. */
function reportError(error: unknown, json: boolean, help?: string): number {
  const problem = problemOf(error);
  const hint = problem.code === 'usage' ? (problem.hint ?? help) : undefined;
  const shown = hint === undefined ? problem : { ...problem, hint };
  process.stderr.write(`${problemLine(shown, 'error')}\n`);
  if (json) write(printRefusalJson(shown));
  const isRefusal = problem.code !== 'usage' && problem.code !== 'internal';
  if (help !== undefined && isRefusal && process.stderr.isTTY) process.stderr.write(`be-hook: ${help}\n`);
  return exitCodes[problem.code];
}

function problemOf(error: unknown): Problem {
  // Each file of the built program has a class BeHookError of its own, so instanceof does not see those of commands.
  if (error instanceof Error && 'problem' in error && isProblem(error.problem)) return error.problem;
  return { code: 'internal', text: error instanceof Error ? error.message : String(error) };
}

// Work that has begun goes on when the reader of messages and progress has ended.
process.stderr.on('error', () => undefined);

keepIgnoring();
const argv = process.argv.slice(2);
main(argv).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.exitCode = reportError(error, asksForJson(argv));
  },
);
