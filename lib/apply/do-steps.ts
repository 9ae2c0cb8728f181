import type { Step } from '../model/step.ts';
import type { Session } from '../system/session.ts';
import { type Deletion, deleteObserved } from './delete-subvolume.ts';
import { type ExecutedKind, executors } from './executors.ts';
import type { Prepared } from './prepare.ts';

/** Called with each step when it begins. */
export type Report = (step: Step) => void;

/**
 * The steps at the beginning of these that are done at once: the first one, or all deletions of one part that follow each
 * other, because who uses what they delete is looked up once for all of them.
 */
export function takeTogether(steps: readonly Step[]): readonly Step[] {
  const part = partKey(steps[0]);
  const end = steps.findIndex((step) => step.kind !== 'delete-subvolume' || partKey(step) !== part);
  return steps.slice(0, end === -1 ? steps.length : Math.max(1, end));
}

/** Which part of a plan a step belongs to; undefined where it decides about success. */
export function partKey(step: Step | undefined): string | undefined {
  return step?.part === undefined ? undefined : JSON.stringify(step.part);
}

/** Does steps that `takeTogether` chose, of which the files are prepared. */
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

/** Does one step that writes no file. */
export async function executeStep(session: Session, step: Extract<Step, { kind: ExecutedKind }>): Promise<void> {
  const execute = executors[step.kind] as (session: Session, step: Step) => Promise<void> | void;
  await execute(session, step);
}
