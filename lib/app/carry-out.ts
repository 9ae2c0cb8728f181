import { apply, type Report } from '../apply/apply.ts';
import { BeHookError, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { deletionsFirst } from '../plan/deletions-first.ts';
import type { Session } from '../system/session.ts';

/**
 * Applies a plan. Where the disk is full and the plan deletes something, the deletions come first. Returns the plan
 * together with the problems of its failed parts: as errors if `strict`, else as warnings. Throws what `apply` throws.
 */
export async function carryOut<P extends Plan>(session: Session, plan: P, report: Report, strict: boolean): Promise<P> {
  try {
    const failed = await apply(session, plan, report);
    return strict ? withErrors(plan, failed) : withWarnings(plan, failed);
  } catch (error) {
    const deletionsFirstPlan = isFull(error) ? deletionsFirst(plan) : undefined;
    if (deletionsFirstPlan === undefined) throw error;
    const failed = await apply(session, deletionsFirstPlan, report);
    const isMenu = (problem: Problem): boolean => problem.code === 'part-failed' && problem.part.of === 'menu';
    const [menus, others] = [failed.filter(isMenu), failed.filter((problem) => !isMenu(problem))];
    return withErrors(withWarnings(plan, others), menus);
  }
}

function isFull(error: unknown): boolean {
  return error instanceof BeHookError && error.problem.code === 'no-space';
}

function withErrors<P extends Plan>(plan: P, failed: readonly Problem[]): P {
  return failed.length === 0 ? plan : { ...plan, unresolved: [...plan.unresolved, ...failed] };
}

function withWarnings<P extends Plan>(plan: P, failed: readonly Problem[]): P {
  return failed.length === 0 ? plan : { ...plan, warnings: [...plan.warnings, ...failed] };
}
