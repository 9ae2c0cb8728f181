import { BeHookError, type Problem } from '../model/problem.ts';
import type { Plan, Step, StepKind } from '../model/step.ts';
import { deleteSubvolume } from '../system/btrfs.ts';
import { pathOf, removeEmptyTree } from '../system/files.ts';
import type { Session } from '../system/session.ts';
import { type ExecutedKind, executors } from './executors.ts';
import { Parts } from './parts.ts';
import { discard, type Prepared, prepare } from './prepare.ts';
import { refuseLink } from './refuse-link.ts';

/** Is told each step when it begins. */
export type Report = (step: Step) => void;

/** What has to be done before the first file is written: in a copy it would be in what is copied. */
const copying: readonly StepKind[] = ['clone-subvolume', 'replace-placeholder', 'copy-tree'];

/**
 * Carries out a plan. Copies of subvolumes are made first; then all files are written in full, beside their places,
 * before the first of them is put there: a full disk or a read-only file system changes nothing, for the copies are
 * deleted again. After that every step leaves a machine that boots, so that a crash at any instant does too (law 1); the
 * next run observes afresh and does what is left. Answers which parts of the plan failed: they are prepared when their turn
 * comes, and hold up nothing.
 */
export async function apply(session: Session, plan: Plan, report: Report): Promise<readonly Problem[]> {
  const copies = plan.steps.findLastIndex(({ kind }) => copying.includes(kind)) + 1;
  const made: Step[] = [];
  let prepared: Prepared;
  try {
    for (const step of plan.steps.slice(0, copies)) {
      report(step);
      // Before it counts as made: what a link leads to is not ours to delete.
      if (step.kind === 'clone-subvolume') refuseLink(session, `${step.to}/.`);
      made.unshift(step);
      if (step.kind !== 'write-file') await executeStep(session, step);
    }
    prepared = await prepare(
      session,
      plan.steps.filter(({ part }) => part === undefined),
    );
  } catch (error) {
    throw (await undo(session, made)) ? unchanged(error) : error;
  }
  return await putInPlace(session, plan.steps.slice(copies), prepared, report);
}

async function putInPlace(
  session: Session,
  steps: readonly Step[],
  prepared: Prepared,
  report: Report,
): Promise<readonly Problem[]> {
  const parts = new Parts(session, steps);
  const replaced: string[] = [];
  let begun: readonly Step[] = [];
  try {
    for (const [index, step] of steps.entries()) {
      begun = steps.slice(index);
      if (step.part !== undefined) {
        await parts.run(step, step.part, report, executeStep);
        continue;
      }
      report(step);
      if (step.kind === 'write-file') {
        prepared.files.get(step)?.commit();
        replaced.unshift(step.path);
      } else await executeStep(session, step);
      prepared.files.delete(step);
    }
  } catch (error) {
    // What boots by default was not recorded: the menus that say it go back, so that both agree.
    if (begun.some(isActivation)) for (const path of replaced) prepared.kept.get(path)?.restore();
    throw error;
  } finally {
    discard(prepared);
    parts.discard();
  }
  return parts.problems;
}

function isActivation({ kind, part }: Step): boolean {
  return kind === 'set-active' && part === undefined;
}

/** Takes copies away again, the last one first; what resists is left to the next run. Answers whether all of it is gone. */
async function undo(session: Session, made: readonly Step[]): Promise<boolean> {
  let isComplete = true;
  for (const step of made) {
    try {
      if (step.kind === 'clone-subvolume') await deleteSubvolume(session, step.to);
      if (step.kind === 'create-subvolume') await deleteSubvolume(session, step.path);
      if (step.kind === 'begin-directory') removeEmptyTree(pathOf(session.top, step.path));
    } catch (error) {
      if (!(error instanceof BeHookError)) throw error;
      isComplete = false;
    }
  }
  return isComplete;
}

/** The same error, of which it is now known that everything is as it was. */
function unchanged(error: unknown): unknown {
  if (!(error instanceof BeHookError)) return error;
  const { problem } = error;
  const isKnown = problem.code === 'no-space' || problem.code === 'filesystem-read-only';
  return isKnown ? new BeHookError({ ...problem, unchanged: true }, { cause: error }) : error;
}

async function executeStep(session: Session, step: Extract<Step, { kind: ExecutedKind }>): Promise<void> {
  const execute = executors[step.kind] as (session: Session, step: Step) => Promise<void> | void;
  await execute(session, step);
}
