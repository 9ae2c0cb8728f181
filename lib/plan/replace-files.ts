import { textFitsInPlace } from '../formats/sectors.ts';
import { abilities } from '../model/filesystem-type.ts';
import type { FileText, Observation } from '../model/observation.ts';
import { isSamePlace, type Place } from '../model/place.ts';
import type { Step } from '../model/step.ts';
import { writeFiles } from './write-files.ts';

/** Steps that give files another content. The removals must be on disk before the writes begin. */
export interface Replacement {
  readonly removals: readonly Step[];
  readonly writes: readonly Step[];
}

/** A file with its new text, and the file that is there now. */
export interface ChangedFile {
  readonly file: FileText;
  readonly present: FileText | undefined;
}

/** Whether the file system of a place can replace a file safely. */
export function replacesSafely(on: Place['on'], { boot }: Pick<Observation, 'boot'>): boolean {
  return on !== 'boot' || boot === undefined || abilities[boot.type].atomicRename;
}

/**
 * The steps that change files which the machine does not need at present. Where the file system cannot replace a file
 * safely, the file is removed first, unless the change fits into one sector.
 */
export function replaceFiles(files: readonly ChangedFile[], reason: string, isSafe: boolean): Replacement {
  const removed = files.flatMap(({ file, present }): readonly Step[] => {
    if (isSafe || present === undefined || present.kind === 'missing' || file.kind !== 'text') return [];
    if (file.on === undefined || (present.kind === 'text' && textFitsInPlace(present.text, file.text))) return [];
    return [removeFirst({ on: file.on, path: file.path }, reason)];
  });
  return {
    removals: removed,
    writes: writeFiles(
      files.map(({ file }) => file),
      reason,
    ),
  };
}

/** The removals that must be on disk before `keep-file` steps make copies under these names. */
export function removeBeforeKeeping(steps: readonly Step[], { boot }: Pick<Observation, 'boot'>): readonly Step[] {
  const present: readonly Place[] = boot === undefined || replacesSafely('boot', { boot }) ? [] : boot.files;
  return steps.flatMap((step) => {
    const isThere = step.kind === 'keep-file' && present.some((file) => isSamePlace(file, step));
    return isThere ? [removeFirst({ on: step.on, path: step.path }, step.reason)] : [];
  });
}

function removeFirst(place: Place, reason: string): Step {
  return { kind: 'remove-file', ...place, reason };
}
