import { BeHookError, isProblem, type Problem } from './problem.ts';

/** Returns the result of a pure function that did not refuse. Throws the refusal. */
export function accept<T extends object | string>(answer: T | Problem): T {
  if (isProblem(answer)) throw new BeHookError(answer);
  return answer;
}
