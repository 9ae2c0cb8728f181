import type { Step } from '../model/step.ts';
import type { Session } from '../system/session.ts';
import { type Deletion, deleteObserved } from './delete-subvolume.ts';
import { type ExecutedKind, executors } from './executors.ts';
import type { Prepared } from './prepare.ts';

/** Called when a step begins. */
export type Report = (step: Step) => void;

/**
 * The steps at the beginning of a list that be-hook executes together: the first step, or all consecutive deletions of
 * one part. be-hook then searches only once for processes that use their targets.
 */
export function takeTogether(steps: readonly Step[]): readonly Step[] {
  const part = partKey(steps[0]);
  const end = steps.findIndex((step) => step.kind !== 'delete-subvolume' || partKey(step) !== part);
  return steps.slice(0, end === -1 ? steps.length : Math.max(1, end));
}

/** The part of a plan that a step belongs to. Undefined where the step decides about success. */
export function partKey(step: Step | undefined): string | undefined {
  return step?.part === undefined ? undefined : JSON.stringify(step.part);
}

/** Executes steps that `takeTogether` chose. Their files must be prepared. */
export async function doSteps(
  session: Session,
  steps: readonly Step[],
  prepared: Prepared,
  report: Report,
): Promise<void> {
  for (const step of steps) report(step);
  const deletions = steps.filter((step): step is Deletion => step.kind === 'delete-subvolume');
  if (deletions.length > 0) return await deleteObserved(session, deletions);
  for (const step of steps) {
    if (step.kind === 'write-file') prepared.files.get(step)?.commit();
    else await executeStep(session, step);
    prepared.files.delete(step);
  }
}

/** Executes one step that writes no file. */
export async function executeStep(session: Session, step: Extract<Step, { kind: ExecutedKind }>): Promise<void> {
  const execute = executors[step.kind] as (session: Session, step: Step) => Promise<void> | void;
  await execute(session, step);
}
