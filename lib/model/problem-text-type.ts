import type { ProblemArgs, ProblemCode } from './problem.ts';

/** A message that says what failed and where, and a hint that says what to do next. */
export interface ProblemText {
  readonly message: string;
  readonly hint: string;
}

/** The functions that write the messages for some problems. */
export type Messages<C extends ProblemCode> = { readonly [K in C]: (args: ProblemArgs[K]) => ProblemText };
