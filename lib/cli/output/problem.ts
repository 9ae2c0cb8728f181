import type { BootShortage } from '../../model/boot-shortage.ts';
import type { Problem } from '../../model/problem.ts';
import { describeProblem } from '../../model/problem-text.ts';
import type { ProblemData } from './schema/common.ts';

/** A problem as data: its code for scripts, its message and hint for people. */
export function problemData(problem: Problem): ProblemData {
  const shortage = shortageOf(problem);
  return {
    code: problem.code,
    ...describeProblem(problem),
    ...(shortage === undefined ? {} : { space: spaceData(shortage) }),
  };
}

function shortageOf(problem: Problem): BootShortage | undefined {
  if (problem.code === 'boot-space-short') return problem;
  return problem.code === 'no-space' ? problem.shortage : undefined;
}

function spaceData({ needed, free, remedies = [], oldKernels = [] }: BootShortage): NonNullable<ProblemData['space']> {
  return { needed, free, remedies, oldKernels };
}

/** One line: what is wrong and where, then what to do next. */
export function problemLine(problem: Problem, kind: 'error' | 'warning'): string {
  const { message, hint } = describeProblem(problem);
  return `be-hook: ${kind === 'warning' ? 'warning: ' : ''}${message}; ${hint}`;
}

/** One line for each problem, without repetitions. */
export function problemLines(problems: readonly Problem[], kind: 'error' | 'warning'): string[] {
  return [...new Set(problems.map((problem) => problemLine(problem, kind)))];
}
