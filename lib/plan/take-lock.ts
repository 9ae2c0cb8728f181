import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan, Step } from '../model/step.ts';

/** The first step of every plan that changes something. The session has the lock when be-hook executes the steps. */
const takeLock: Step = { kind: 'take-lock', reason: 'only one be-hook process changes a file system at a time' };

/** A plan that takes the lock first, unless it does nothing; a refusal stays as it is. */
export function withLock<P extends Plan>(plan: P): P;
export function withLock<P extends Plan>(plan: P | Problem): P | Problem;
export function withLock<P extends Plan>(plan: P | Problem): P | Problem {
  return isProblem(plan) || plan.steps.length === 0 ? plan : { ...plan, steps: [takeLock, ...plan.steps] };
}
