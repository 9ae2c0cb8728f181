import type { Step } from '../model/step.ts';
import { makeDirectory, pathOf, removeEmptyDirectory, stat } from '../system/files.ts';
import { type KeptFile, keepFile } from '../system/kept-file.ts';
import { copyLabel } from '../system/selinux.ts';
import type { Session } from '../system/session.ts';
import { type StagedFile, stageFile } from '../system/staged-file.ts';
import { refuseLink } from './refuse-link.ts';

/** Files that are complete beside their places. */
export interface Prepared {
  readonly files: Map<Step, StagedFile>;
  /** What the files were, by their path. */
  readonly kept: Map<string, KeptFile>;
  readonly directories: string[];
}

/** Makes the directories and writes the files of some steps, in full: all of them, or none. */
export async function prepare(session: Session, steps: readonly Step[]): Promise<Prepared> {
  const prepared: Prepared = { files: new Map(), kept: new Map(), directories: [] };
  try {
    for (const [index, step] of steps.entries()) {
      if (step.kind === 'make-directory') {
        refuseLink(session, `${step.path}/.`);
        prepared.directories.unshift(pathOf(session.top, step.path));
        makeDirectory(pathOf(session.top, step.path));
      } else if (step.kind === 'write-file') {
        refuseLink(session, step.path);
        const path = pathOf(session.top, step.path);
        const more = steps.slice(index + 1).filter((one) => one.kind === 'write-file' && one.path === step.path);
        const staged = stageFile(path, step.text, step.mode, more.length);
        prepared.files.set(step, staged);
        if (!prepared.kept.has(step.path)) prepared.kept.set(step.path, keepFile(path));
        await copyLabel(labelSource(session, step), staged.path);
      }
    }
  } catch (error) {
    discard(prepared);
    for (const directory of prepared.directories) removeEmptyDirectory(directory);
    throw error;
  }
  return prepared;
}

/** Removes what was not put in its place, and lets go of what was replaced. */
export function discard({ files, kept }: Prepared): void {
  for (const staged of files.values()) staged.discard();
  for (const one of kept.values()) one.drop();
}

// A file that is replaced keeps its label; a new one takes its neighbour's, for what is written from outside gets none
// by itself (trap 45).
function labelSource(session: Session, step: Extract<Step, { kind: 'write-file' }>): string {
  const own = pathOf(session.top, step.path);
  const like = step.labelLike === undefined ? undefined : pathOf(session.top, step.labelLike);
  return stat(own) === undefined && like !== undefined ? like : own;
}
