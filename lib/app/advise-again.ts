import type { Problem } from '../model/problem.ts';

/** After a failure a sync does the rest of most commands. It does not set up be-hook, and it would install the menu again. */
const repeated: readonly (string | undefined)[] = ['setup', 'uninstall'];

/** A problem of a command whose advice names the command itself where a sync does not do the rest. */
export function adviseAgain(problem: Problem, command: string | undefined): Problem {
  if (command === undefined || !repeated.includes(command)) return problem;
  if (problem.code === 'part-failed') return { ...problem, cause: adviseAgain(problem.cause, command) };
  const isOfWriting =
    problem.code === 'no-space' || problem.code === 'filesystem-read-only' || problem.code === 'write-refused';
  return isOfWriting ? { ...problem, again: command } : problem;
}
