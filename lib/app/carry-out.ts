import { apply, type Report } from '../apply/apply.ts';
import { BeHookError, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { copiesFirst, deletionsFirst } from '../plan/deletions-first.ts';
import type { World } from '../plan/world.ts';
import type { Session } from '../system/session.ts';
import { isOnBoot } from './explain-shortage.ts';

/**
 * Applies a plan, which was made for `world`. Where a file system is full and the plan deletes something, the deletions
 * come first. Returns the plan together with the problems of its failed parts: as errors if `strict`, else as warnings. Throws what `apply` throws.
 */
export async function carryOut<P extends Plan>(
  session: Session,
  plan: P,
  world: World,
  { report, strict }: { readonly report: Report; readonly strict: boolean },
): Promise<P> {
  try {
    const failed = await apply(session, plan, report);
    return strict ? withErrors(plan, failed) : withWarnings(plan, failed);
  } catch (error) {
    const full = findFull(error, session);
    const split = full === 'boot' ? copiesFirst(plan, world) : undefined;
    if (split !== undefined) {
      await apply(session, split.copies, report);
      const problems = await apply(session, split.rest, report).catch(throwChanged);
      return strict ? withErrors(plan, problems) : withWarnings(plan, problems);
    }
    const deletionsFirstPlan = full === 'root' ? deletionsFirst(plan) : undefined;
    if (deletionsFirstPlan === undefined) throw error;
    const failed = await apply(session, deletionsFirstPlan, report);
    const isMenu = (problem: Problem): boolean => problem.code === 'part-failed' && problem.part.of === 'menu';
    const [menus, others] = [failed.filter(isMenu), failed.filter((problem) => !isMenu(problem))];
    return withErrors(withWarnings(plan, others), menus);
  }
}

/** Throws the error again, without the fact that nothing has changed: the copies are deleted. */
function throwChanged(error: unknown): never {
  if (!(error instanceof BeHookError)) throw error;
  const { problem } = error;
  if (problem.code !== 'no-space' && problem.code !== 'filesystem-read-only') throw error;
  const { code, path } = problem;
  const shortage = problem.code === 'no-space' ? problem.shortage : undefined;
  throw new BeHookError({ code, path, ...(shortage === undefined ? {} : { shortage }) }, { cause: error });
}

/** The file system that is full; undefined after any other error. */
function findFull(error: unknown, session: Session): 'root' | 'boot' | undefined {
  if (!(error instanceof BeHookError) || error.problem.code !== 'no-space') return undefined;
  return isOnBoot(error.problem, session) ? 'boot' : 'root';
}

function withErrors<P extends Plan>(plan: P, failed: readonly Problem[]): P {
  return failed.length === 0 ? plan : { ...plan, unresolved: [...plan.unresolved, ...failed] };
}

function withWarnings<P extends Plan>(plan: P, failed: readonly Problem[]): P {
  return failed.length === 0 ? plan : { ...plan, warnings: [...plan.warnings, ...failed] };
}
