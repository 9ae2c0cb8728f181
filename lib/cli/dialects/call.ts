import type { ActOptions } from '../../app/act.ts';
import { BeHookError, type Problem } from '../../model/problem.ts';
import { describeProblem } from '../../model/problem-text.ts';
import type { Plan } from '../../model/step.ts';
import type { Where } from '../../model/where.ts';
import type { CommandResult } from '../command.ts';
import { actOptions } from '../perform.ts';

/** One call of a subcommand of another tool. */
export interface Call {
  /** Undefined means the file systems of the running system. */
  readonly where: Where | undefined;
  /** The subcommand as the user typed it. */
  readonly name: string;
  /** The arguments after the subcommand. */
  readonly argv: readonly string[];
  /** The whole command line, for the history. */
  readonly commandLine: readonly string[];
}

/** A subcommand of another tool. Throws the problem that prevents it. */
export type DialectCommand = (call: Call) => Promise<CommandResult>;

/** The options for the use cases. They report no steps, because the imitated tools print no steps. */
export function quietOptions({ where, commandLine }: Call): ActOptions {
  const options = new Map(where === undefined ? [] : [['filesystem', where.filesystem]]);
  const invocation = { arguments: [], options, flags: new Set<string>(), argv: commandLine };
  return { ...actOptions(invocation), report: () => undefined };
}

/** How a tool ends after it carried out a plan. */
export interface Ending {
  readonly tool: string;
  readonly status: (problem: Problem) => number;
  /** On stdout after success. */
  readonly done: string;
  /** On stderr after a failure, below the errors. */
  readonly failed?: string;
  /** On stdout after a failure. */
  readonly data?: string;
  /** Whether the notes of a plan are printed. */
  readonly verbose?: boolean;
}

/** Makes a plan, carries it out, and returns the result in the form of the tool. */
export async function perform(action: () => Promise<Plan>, ending: Ending): Promise<CommandResult> {
  const { tool, status, done, verbose = false } = ending;
  try {
    const { warnings, unresolved, notes = [] } = await action();
    const said = [...(verbose ? notes : []), ...warnings.map((problem) => `${tool}: warning: ${sentence(problem)}`)];
    const messages = [...new Set(said)];
    if (unresolved[0] === undefined) return { stdout: done, messages, exitCode: 0 };
    return failure(unresolved, ending, status(unresolved[0]), messages);
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
): CommandResult {
  const errors = new Set(problems.map((problem) => `${tool}: ${sentence(problem)}`));
  return {
    stdout: data,
    messages: [...before, ...errors, ...(failed === undefined ? [] : [failed])],
    exitCode: status,
  };
}

/** The problem behind a thrown value. */
export function problemOf(error: unknown): Problem {
  if (error instanceof BeHookError) return error.problem;
  return { code: 'internal', text: error instanceof Error ? error.message : String(error) };
}

/** A problem in one line: what is wrong and where, then what to do next. */
export function sentence(problem: Problem): string {
  const { message, hint } = describeProblem(problem);
  return `${message}; ${hint}`;
}

/** The mount point of the root in a plan to mount. Empty if the plan mounts nothing. */
export function mountpointIn({ steps }: Plan): string {
  const mounted = steps.flatMap((step) => (step.kind === 'mount-subvolumes' ? step.mounts : []));
  return mounted[0]?.mountpoint ?? '';
}
