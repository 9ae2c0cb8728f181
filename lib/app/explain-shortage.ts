import { BeHookError, isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { explainShortage, withExplainedShortages } from '../plan/boot-shortage.ts';
import { bytesForBoot } from '../plan/bytes-for-boot.ts';
import type { World } from '../plan/world.ts';
import { spaceOf } from '../system/probe.ts';
import type { Session } from '../system/session.ts';

/** Returns the result of a planner. Throws its refusal, which also names what would free space on a separate /boot. */
export function acceptExplained<T extends object>(answer: T | Problem, world: World): T {
  if (!isProblem(answer)) return answer;
  const refused = answer.code === 'boot-space-short' ? { ...answer, refused: true as const } : answer;
  throw new BeHookError(explainShortage(refused, world, now()));
}

/** A plan whose warnings also name what would free space on a separate /boot. */
export function explainWarnings<P extends Plan>(plan: P, world: World): P {
  return withExplainedShortages(plan, world, now());
}

/** The problem of a plan that could not be carried out. On a full /boot it also says how much space the plan needs. */
export function explainFull(problem: Problem, plan: Plan, world: World, session: Session): Problem {
  if (problem.code === 'part-failed') return { ...problem, cause: explainFull(problem.cause, plan, world, session) };
  const { boot } = session.opened;
  if (problem.code !== 'no-space' || boot === undefined || !isOnBoot(problem, session)) return problem;
  const shortage = { needed: bytesForBoot(plan), free: spaceOf(boot.top).free };
  return explainShortage({ ...problem, shortage }, world, now(), plan);
}

/** A plan with explained problems of its failed parts. */
export function explainProblems<P extends Plan>(plan: P, explain: (problem: Problem) => Problem): P {
  return { ...plan, warnings: plan.warnings.map(explain), unresolved: plan.unresolved.map(explain) };
}

/** Whether a file could not be written because a separate /boot is full. */
export function isOnBoot({ path }: { readonly path: string }, { opened }: Session): boolean {
  return opened.boot !== undefined && path.startsWith('boot/');
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
