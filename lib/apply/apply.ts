import type { Plan, Step } from '../model/step.ts';
import { makeDirectory, removeEmptyDirectory, type StagedFile, stageFile, stat } from '../system/files.ts';
import { pathOf } from '../system/observe.ts';
import { copyLabel } from '../system/selinux.ts';
import type { Session } from '../system/session.ts';
import { type ExecutedKind, executors } from './executors.ts';

/** Is told each step when it begins. */
export type Report = (step: Step) => void;

/**
 * Carries out a plan. All files are written in full, beside their places, before the first of them is put there: a full
 * disk or a read-only file system changes nothing. After that every step leaves a machine that boots, so that a crash
 * at any instant does too (law 1); the next run observes afresh and does what is left.
 */
export async function apply(session: Session, plan: Plan, report: Report): Promise<void> {
  const prepared = await prepare(session, plan);
  try {
    for (const step of plan.steps) {
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

interface Prepared {
  readonly files: Map<Step, StagedFile>;
  readonly directories: string[];
}

async function prepare(session: Session, plan: Plan): Promise<Prepared> {
  const prepared: Prepared = { files: new Map(), directories: [] };
  try {
    for (const step of plan.steps) {
      if (step.kind === 'make-directory') {
        prepared.directories.unshift(pathOf(session.top, step.path));
        makeDirectory(pathOf(session.top, step.path));
      } else if (step.kind === 'write-file') {
        const path = pathOf(session.top, step.path);
        const staged = stageFile(path, step.text, step.mode);
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
