import { BeHookError, type Problem } from '../model/problem.ts';
import type { Plan, Step, StepKind } from '../model/step.ts';
import { atPath, findBeneath, inDirectory, openBeneath, splitPath, using } from '../system/beneath.ts';
import { createSubvolume, deleteSubvolumes, showSubvolume } from '../system/btrfs.ts';
import { cloneSubvolume } from '../system/clone-subvolume.ts';
import { removeEmptyDirectory, removeEmptyTree, stat } from '../system/files.ts';
import { copyLabel } from '../system/selinux.ts';
import type { Session } from '../system/session.ts';
import { type StagedFile, stageFile } from '../system/staged-file.ts';
import { type Deletion, deleteObserved } from './delete-subvolume.ts';
import { type ExecutedKind, executors } from './executors.ts';
import { replacePlaceholder } from './replace-placeholder.ts';

/** Is told each step when it begins. */
export type Report = (step: Step) => void;

/** What has to be done before the first file is written: in a copy it would be in what is copied. */
const copying: readonly StepKind[] = ['clone-subvolume', 'replace-placeholder', 'copy-tree'];

/**
 * Carries out a plan. Copies of subvolumes are made first; then all files are written in full, beside their places,
 * before the first of them is put there: a full disk or a read-only file system changes nothing, for the copies are
 * deleted again. After that every step leaves a machine that boots, so that a crash at any instant does too (law 1); the
 * next run observes afresh and does what is left. Answers what could not be copied because users moved it meanwhile.
 */
export async function apply(session: Session, plan: Plan, report: Report): Promise<readonly Problem[]> {
  const copies = plan.steps.findLastIndex(({ kind }) => copying.includes(kind)) + 1;
  const made: Made = { steps: [], ids: new Map(), leftOut: [] };
  let prepared: Prepared;
  try {
    for (const step of plan.steps.slice(0, copies)) {
      if (isLeftOut(step, made)) continue;
      report(step);
      if (step.kind === 'clone-subvolume') await clone(session, step, made);
      else {
        made.steps.unshift(step);
        if (step.kind !== 'write-file') await executeStep(session, step);
      }
    }
    prepared = await prepare(session, plan);
  } catch (error) {
    await undo(session, made);
    throw error;
  }
  const rest = plan.steps.slice(copies).filter((step) => !isLeftOut(step, made));
  await putInPlace(session, rest, prepared, report);
  return made.leftOut.map(({ from }) => ({ code: 'subvolume-left-out', path: from }));
}

type Cloning = Extract<Step, { kind: 'clone-subvolume' }>;

/** What was done before the first file is written, the last step first. */
interface Made {
  readonly steps: Step[];
  /** Ids of copies, by their paths. */
  readonly ids: Map<string, number>;
  readonly leftOut: Cloning[];
}

async function clone(session: Session, step: Cloning, made: Made): Promise<void> {
  const id = await cloneSubvolume(session, step);
  if (id === undefined) {
    made.leftOut.push(step);
    if (step.otherwise === 'empty') await makeEmpty(session, step, made);
    else await replacePlaceholder(session.top, step.to, splitPath(step.from).parent);
    return;
  }
  made.ids.set(step.to, id);
  made.steps.unshift(step);
}

async function makeEmpty(session: Session, { to, reason }: Cloning, made: Made): Promise<void> {
  made.steps.unshift({ kind: 'create-subvolume', path: to, reason });
  await createSubvolume(session.top, to);
}

/** Whether a step is about a copy that was not made, or about something in it. */
function isLeftOut(step: Step, { leftOut }: Made): boolean {
  const path = step.kind === 'clone-subvolume' ? step.to : 'path' in step ? step.path : undefined;
  const missing = leftOut.filter(({ otherwise }) => otherwise !== 'empty');
  return path !== undefined && missing.some(({ to }) => path === to || path.startsWith(`${to}/`));
}

async function putInPlace(session: Session, steps: readonly Step[], prepared: Prepared, report: Report): Promise<void> {
  try {
    for (let done = 0; done < steps.length; ) {
      const [deletions, step] = [takeDeletions(steps.slice(done)), steps[done]];
      for (const one of deletions) report(one);
      if (deletions.length > 0) await deleteObserved(session, deletions);
      else if (step !== undefined) await doStep(session, step, prepared, report);
      done += Math.max(1, deletions.length);
    }
  } finally {
    for (const staged of prepared.files.values()) staged.discard();
  }
}

/** Deletions that follow each other: who uses what they delete is looked up once for all of them. */
function takeDeletions(steps: readonly Step[]): readonly Deletion[] {
  const end = steps.findIndex(({ kind }) => kind !== 'delete-subvolume');
  return steps.slice(0, end === -1 ? steps.length : end).filter((step) => step.kind === 'delete-subvolume');
}

async function doStep(session: Session, step: Step, prepared: Prepared, report: Report): Promise<void> {
  report(step);
  const staged = prepared.files.get(step);
  if (step.kind === 'write-file') staged?.commit();
  else await executeStep(session, step);
  prepared.files.delete(step);
}

/** Takes copies away again, the last one first; what resists is left to the next run, for the first error is the one to tell. */
async function undo(session: Session, { steps, ids }: Made): Promise<void> {
  for (const step of steps) {
    try {
      const id = step.kind === 'clone-subvolume' ? ids.get(step.to) : undefined;
      if (id !== undefined) await deleteSubvolumes(session, [id]);
      if (step.kind === 'create-subvolume') await deleteCreated(session, step.path);
      if (step.kind === 'begin-directory') removeEmptyTree(session.top, step.path);
    } catch (error) {
      if (!(error instanceof BeHookError)) throw error;
    }
  }
}

async function deleteCreated(session: Session, path: string): Promise<void> {
  const found = await showSubvolume(session, path);
  if (found !== undefined) await deleteSubvolumes(session, [found.id]);
}

interface Prepared {
  readonly files: Map<Step, StagedFile>;
  readonly directories: string[];
}

async function prepare(session: Session, plan: Plan): Promise<Prepared> {
  const prepared: Prepared = { files: new Map(), directories: [] };
  try {
    for (const [index, step] of plan.steps.entries()) {
      if (step.kind === 'make-directory') {
        prepared.directories.unshift(step.path);
        inDirectory(session.top, step.path, () => undefined, 0o755);
      } else if (step.kind === 'write-file') {
        const more = plan.steps.slice(index + 1).filter((one) => one.kind === 'write-file' && one.path === step.path);
        prepared.files.set(step, await stage(session, step, more.length));
      }
    }
  } catch (error) {
    for (const staged of prepared.files.values()) staged.discard();
    for (const path of prepared.directories) discardDirectory(session.top, path);
    throw error;
  }
  return prepared;
}

/** The directory stays open until the file is in its place: whatever becomes of the way to it, the file gets there. */
async function stage({ top }: Session, step: Extract<Step, { kind: 'write-file' }>, more: number): Promise<StagedFile> {
  const { parent, name } = splitPath(step.path);
  const directory = openBeneath(top, parent);
  try {
    const place = `${directory.path}/${name}`;
    const staged = stageFile(place, step.text, step.mode, more, directory.close);
    await labelLike(top, step, place, staged.path);
    return staged;
  } catch (error) {
    directory.close();
    throw error;
  }
}

function discardDirectory(top: string, path: string): void {
  const { parent, name } = splitPath(path);
  const around = findBeneath(top, parent);
  if (around !== undefined) using(around, (open) => removeEmptyDirectory(`${open.path}/${name}`));
}

// A file that is replaced keeps its label; a new one takes its neighbour's, for what is written from outside gets none
// by itself (trap 45).
async function labelLike(
  top: string,
  step: Extract<Step, { kind: 'write-file' }>,
  place: string,
  staged: string,
): Promise<void> {
  if (step.labelLike === undefined || stat(place) !== undefined) await copyLabel(place, staged);
  else await atPath(top, step.labelLike, (like) => copyLabel(like, staged));
}

async function executeStep(session: Session, step: Extract<Step, { kind: ExecutedKind }>): Promise<void> {
  const execute = executors[step.kind] as (session: Session, step: Step) => Promise<void> | void;
  await execute(session, step);
}
