import { BeHookError, type Problem } from '../model/problem.ts';
import type { Plan, Step, StepKind } from '../model/step.ts';
import { filesystemOf } from '../plan/ordering.ts';
import { splitPath } from '../system/beneath.ts';
import { createSubvolume, deleteSubvolumes, showSubvolume } from '../system/btrfs.ts';
import { cloneSubvolume } from '../system/clone-subvolume.ts';
import { removeEmptyTree } from '../system/files.ts';
import type { Session } from '../system/session.ts';
import { describeStep } from './describe.ts';
import { executeStep, type Report } from './do-steps.ts';
import { type Prepared, prepare } from './prepare.ts';
import { putInPlace } from './put-in-place.ts';
import { replacePlaceholder } from './replace-placeholder.ts';

export type { Report } from './do-steps.ts';

/** Steps that be-hook does before it writes the first file: a copy must not contain what this plan writes to its source. */
const copying: readonly StepKind[] = ['clone-subvolume', 'replace-placeholder', 'copy-tree'];

/** The number of steps up to the last one that copies, and the first step among them that writes a file. */
export function splitCopies(steps: readonly Step[]): { readonly copies: number; readonly early: Step | undefined } {
  const copies = steps.findLastIndex(({ kind }) => copying.includes(kind)) + 1;
  return { copies, early: steps.slice(0, copies).find(({ kind }) => kind === 'write-file') };
}

/**
 * Carries out a plan. It makes copies of subvolumes first. Then it writes all files in full, beside their places,
 * before it puts the first of them in place. On a full disk or a read-only file system nothing changes, because be-hook
 * deletes the copies again. After that every step leaves a machine that boots, therefore a crash at any instant does
 * too. The next run observes again and does the rest. Returns the subvolumes that could not be copied because users
 * moved them meanwhile, and the failed parts of the plan. A part writes its files at its turn and delays nothing else.
 * Throws `internal` before it changes anything where the plan writes a file before its last copy, because that file
 * would be lost.
 */
export async function apply(session: Session, plan: Plan, report: Report): Promise<readonly Problem[]> {
  const { copies, early } = splitCopies(plan.steps);
  if (early !== undefined)
    throw new BeHookError({
      code: 'internal',
      text: `the plan writes a file before its last copy: ${describeStep(early)}`,
    });
  const progress: Progress = { steps: [], ids: new Map(), leftOut: [] };
  let prepared: Prepared;
  try {
    for (const step of plan.steps.slice(0, copies)) {
      if (isLeftOut(step, progress)) continue;
      report(step);
      if (step.kind === 'clone-subvolume') await clone(session, step, progress);
      else if (step.kind !== 'write-file') {
        progress.steps.unshift(step);
        await executeStep(session, step);
      }
    }
    const vital = plan.steps.filter((step) => step.part === undefined && !isLeftOut(step, progress));
    prepared = await prepare(session, vital);
  } catch (error) {
    throw (await undo(session, progress)) ? unchanged(error) : error;
  }
  const rest = plan.steps.slice(copies).filter((step) => !isLeftOut(step, progress));
  const failed = await putUnlessUnmarked(session, rest, { progress, prepared, report });
  return [...progress.leftOut.map(({ from }) => ({ code: 'subvolume-left-out', path: from }) as const), ...failed];
}

interface Rest {
  readonly progress: Progress;
  readonly prepared: Prepared;
  readonly report: Report;
}

/**
 * As `putInPlace`. Nothing names a copy until it has its mark. If a step fails before that, be-hook deletes the copies
 * again.
 */
async function putUnlessUnmarked(
  session: Session,
  steps: readonly Step[],
  { progress, prepared, report }: Rest,
): Promise<readonly Problem[]> {
  const isMarking = (step: Step): boolean =>
    (step.kind === 'set-mark' || step.kind === 'set-snapshot-mark') && progress.ids.has(step.path);
  const marking = steps.findIndex(isMarking);
  let begun = 0;
  const note: Report = (step) => {
    begun = Math.max(begun, steps.indexOf(step));
    report(step);
  };
  try {
    return await putInPlace(session, steps, prepared, note);
  } catch (error) {
    if (begun <= marking) await undo(session, progress);
    throw error;
  }
}

type Cloning = Extract<Step, { kind: 'clone-subvolume' }>;

/** The work done before the first file is written, the last step first. */
interface Progress {
  readonly steps: Step[];
  /** Ids of copies, by their paths. */
  readonly ids: Map<string, number>;
  readonly leftOut: Cloning[];
}

async function clone(session: Session, step: Cloning, progress: Progress): Promise<void> {
  const id = await cloneSubvolume(session, step);
  if (id === undefined) {
    progress.leftOut.push(step);
    if (step.otherwise === 'empty') await makeEmpty(session, step, progress);
    else await replacePlaceholder(session.top, step.to, splitPath(step.from).parent);
    return;
  }
  progress.ids.set(step.to, id);
  progress.steps.unshift(step);
}

async function makeEmpty(session: Session, { to, reason }: Cloning, progress: Progress): Promise<void> {
  progress.steps.unshift({ kind: 'create-subvolume', path: to, reason });
  await createSubvolume(session.top, to);
}

/** Whether a step concerns a copy that was not made, or something in it. */
function isLeftOut(step: Step, { leftOut }: Progress): boolean {
  const path = step.kind === 'clone-subvolume' ? step.to : 'path' in step ? step.path : undefined;
  if (filesystemOf(step) !== 'root') return false;
  const missing = leftOut.filter(({ otherwise }) => otherwise !== 'empty');
  return path !== undefined && missing.some(({ to }) => path === to || path.startsWith(`${to}/`));
}

/**
 * Deletes copies again, the last one first. The next run deletes the copies that remain. Returns whether all are
 * deleted.
 */
async function undo(session: Session, { steps, ids }: Progress): Promise<boolean> {
  let isComplete = true;
  for (const step of steps) {
    try {
      const id = step.kind === 'clone-subvolume' ? ids.get(step.to) : undefined;
      if (id !== undefined) await deleteSubvolumes(session, [id]);
      if (step.kind === 'create-subvolume') await deleteCreated(session, step.path);
      if (step.kind === 'begin-directory') removeEmptyTree(session.top, step.path);
    } catch (error) {
      if (!(error instanceof BeHookError)) throw error;
      isComplete = false;
    }
  }
  return isComplete;
}

async function deleteCreated(session: Session, path: string): Promise<void> {
  const found = await showSubvolume(session, path);
  if (found !== undefined) await deleteSubvolumes(session, [found.id]);
}

/** The same error, with the fact that nothing has changed. */
function unchanged(error: unknown): unknown {
  if (!(error instanceof BeHookError)) return error;
  const { problem } = error;
  const isKnown = problem.code === 'no-space' || problem.code === 'filesystem-read-only';
  return isKnown ? new BeHookError({ ...problem, unchanged: true }, { cause: error }) : error;
}
