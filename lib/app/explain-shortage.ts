import { BeHookError, isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { bytesForBoot, explainShortage, withExplainedShortages } from '../plan/boot-shortage.ts';
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

/** The error of a plan that could not be carried out. On a full /boot it also says how much space the plan needs. */
export function explainFull(error: unknown, plan: Plan, world: World, { opened }: Session): unknown {
  if (!(error instanceof BeHookError) || opened.boot === undefined) return error;
  const { problem } = error;
  if (problem.code !== 'no-space' || !problem.path.startsWith('boot/')) return error;
  const shortage = { needed: bytesForBoot(plan), free: spaceOf(opened.boot.top).free };
  return new BeHookError(explainShortage({ ...problem, shortage }, world, now()), { cause: error });
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
