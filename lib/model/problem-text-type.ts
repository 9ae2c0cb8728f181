import type { ProblemArgs, ProblemCode } from './problem.ts';

/** What went wrong and where, and what to do next. */
export interface ProblemText {
  readonly message: string;
  readonly hint: string;
}

/** How some problems are put into words. */
export type Words<C extends ProblemCode> = { readonly [K in C]: (args: ProblemArgs[K]) => ProblemText };
