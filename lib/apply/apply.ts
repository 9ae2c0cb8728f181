import { BeHookError } from '../model/problem.ts';
import type { Plan, Step, StepKind } from '../model/step.ts';
import { deleteSubvolume } from '../system/btrfs.ts';
import { makeDirectory, pathOf, removeEmptyDirectory, removeEmptyTree, stat } from '../system/files.ts';
import { copyLabel } from '../system/selinux.ts';
import type { Session } from '../system/session.ts';
import { type StagedFile, stageFile } from '../system/staged-file.ts';
import { type ExecutedKind, executors } from './executors.ts';
import { refuseLink } from './refuse-link.ts';

/** Is told each step when it begins. */
export type Report = (step: Step) => void;

/** What has to be done before the first file is written: in a copy it would be in what is copied. */
const copying: readonly StepKind[] = ['clone-subvolume', 'replace-placeholder', 'copy-tree'];

/**
 * Carries out a plan. Copies of subvolumes are made first; then all files are written in full, beside their places,
 * before the first of them is put there: a full disk or a read-only file system changes nothing, for the copies are
 * deleted again. After that every step leaves a machine that boots, so that a crash at any instant does too (law 1); the
 * next run observes afresh and does what is left.
 */
export async function apply(session: Session, plan: Plan, report: Report): Promise<void> {
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
    prepared = await prepare(session, plan);
  } catch (error) {
    await undo(session, made);
    throw error;
  }
  await putInPlace(session, plan.steps.slice(copies), prepared, report);
}

async function putInPlace(session: Session, steps: readonly Step[], prepared: Prepared, report: Report): Promise<void> {
  try {
    for (const step of steps) {
      report(step);
      const staged = prepared.files.get(step);
      if (step.kind === 'write-file') staged?.commit();
      else await executeStep(session, step);
      prepared.files.delete(step);
    }
  } finally {
    for (const staged of prepared.files.values()) staged.discard();
  }
}

/** Takes copies away again, the last one first; what resists is left to the next run, for the first error is the one to tell. */
async function undo(session: Session, made: readonly Step[]): Promise<void> {
  for (const step of made) {
    try {
      if (step.kind === 'clone-subvolume') await deleteSubvolume(session, step.to);
      if (step.kind === 'create-subvolume') await deleteSubvolume(session, step.path);
      if (step.kind === 'begin-directory') removeEmptyTree(pathOf(session.top, step.path));
    } catch (error) {
      if (!(error instanceof BeHookError)) throw error;
    }
  }
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
        refuseLink(session, `${step.path}/.`);
        prepared.directories.unshift(pathOf(session.top, step.path));
        makeDirectory(pathOf(session.top, step.path));
      } else if (step.kind === 'write-file') {
        refuseLink(session, step.path);
        const path = pathOf(session.top, step.path);
        const more = plan.steps.slice(index + 1).filter((one) => one.kind === 'write-file' && one.path === step.path);
        const staged = stageFile(path, step.text, step.mode, more.length);
        prepared.files.set(step, staged);
        await copyLabel(labelSource(session, step), staged.path);
      }
    }
  } catch (error) {
    for (const staged of prepared.files.values()) staged.discard();
    for (const directory of prepared.directories) removeEmptyDirectory(directory);
    throw error;
  }
  return prepared;
}

// A file that is replaced keeps its label; a new one takes its neighbour's, for what is written from outside gets none
// by itself (trap 45).
function labelSource(session: Session, step: Extract<Step, { kind: 'write-file' }>): string {
  const own = pathOf(session.top, step.path);
  const like = step.labelLike === undefined ? undefined : pathOf(session.top, step.labelLike);
  return stat(own) === undefined && like !== undefined ? like : own;
}

async function executeStep(session: Session, step: Extract<Step, { kind: ExecutedKind }>): Promise<void> {
  const execute = executors[step.kind] as (session: Session, step: Step) => Promise<void> | void;
  await execute(session, step);
}
