import type { ActOptions } from '../../app/act.ts';
import { BeHookError, type Problem } from '../../model/problem.ts';
import { describeProblem } from '../../model/problem-text.ts';
import type { Plan } from '../../model/step.ts';
import type { Answer } from '../command.ts';
import { actOptions } from '../perform.ts';

/** One call of a subcommand of another tool. */
export interface Call {
  /** The file system's directory, device or image; undefined is that of the running system. */
  readonly where: string | undefined;
  /** The subcommand as it was typed. */
  readonly name: string;
  /** The words behind it. */
  readonly argv: readonly string[];
  /** The whole command line, for the history. */
  readonly words: readonly string[];
}

/** A subcommand of another tool. Throws the problem that keeps it from being done. */
export type DialectCommand = (call: Call) => Promise<Answer>;

/** How the use cases are called: quietly, for the tools that are imitated tell no steps. */
export function quietOptions({ where, words }: Call): ActOptions {
  const options = new Map(where === undefined ? [] : [['filesystem', where]]);
  const invocation = { arguments: [], options, switches: new Set<string>(), words };
  return { ...actOptions(invocation), report: () => undefined };
}

/** How a tool ends when a plan was carried out. */
export interface Ending {
  readonly tool: string;
  readonly status: (problem: Problem) => number;
  /** On stdout if all was done. */
  readonly done: string;
  /** On stderr, below what went wrong, if not. */
  readonly failed?: string;
  /** On stdout if not. */
  readonly data?: string;
  /** Whether what a plan has to say is said. */
  readonly verbose?: boolean;
}

/** Makes and carries out a plan, and answers as the tool does. */
export async function perform(action: () => Promise<Plan>, ending: Ending): Promise<Answer> {
  const { tool, status, done, verbose = false } = ending;
  try {
    const { warnings, unresolved, notes = [] } = await action();
    const said = [...(verbose ? notes : []), ...warnings.map((problem) => `${tool}: warning: ${sentence(problem)}`)];
    const words = [...new Set(said)];
    if (unresolved[0] === undefined) return { data: done, words, status: 0 };
    return failure(unresolved, ending, status(unresolved[0]), words);
  } catch (error) {
    const problem = problemOf(error);
    return failure([problem], ending, status(problem), []);
  }
}

function failure(
  problems: readonly Problem[],
  { tool, failed, data = '' }: Ending,
  status: number,
  before: readonly string[],
): Answer {
  const errors = new Set(problems.map((problem) => `${tool}: ${sentence(problem)}`));
  return { data, words: [...before, ...errors, ...(failed === undefined ? [] : [failed])], status };
}

/** What is behind something that was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof BeHookError) return error.problem;
  return { code: 'internal', text: error instanceof Error ? error.message : String(error) };
}

/** A problem in one line: what is wrong and where, and what to do next. */
export function sentence(problem: Problem): string {
  const { message, hint } = describeProblem(problem);
  return `${message}; ${hint}`;
}

/** Where a plan to mount puts the root; empty if it mounts nothing. */
export function mountpointIn({ steps }: Plan): string {
  const mounted = steps.flatMap((step) => (step.kind === 'mount-subvolumes' ? step.mounts : []));
  return mounted[0]?.mountpoint ?? '';
}
