import { abilities } from '../model/filesystem-type.ts';
import { isSamePlace, type Place, printPlace } from '../model/place.ts';
import type { Step } from '../model/step.ts';
import { atPath, findBeneath, inDirectory, openBeneath, splitPath, using } from '../system/beneath.ts';
import { type FatContent, keepFatFile, stageFatFile } from '../system/fat-file.ts';
import { copyFileAttributes, copyLabel } from '../system/file-attributes.ts';
import { removeEmptyDirectory, stat } from '../system/files.ts';
import { type KeptFile, keepFile } from '../system/kept-file.ts';
import { openedAt, type Session } from '../system/session.ts';
import { type StagedFile, stageFile } from '../system/staged-file.ts';

/** Files that are complete beside their places. */
export interface Prepared {
  readonly files: Map<Step, StagedFile>;
  /** The files that were replaced, by their printed places. */
  readonly keptFiles: Map<string, KeptFile>;
  readonly directories: Place[];
}

type Writing = Extract<Step, { kind: 'write-file' }>;

/** Makes the directories and writes the complete files of some steps. After an error it leaves no file behind. */
export async function prepare(session: Session, steps: readonly Step[]): Promise<Prepared> {
  const prepared: Prepared = { files: new Map(), keptFiles: new Map(), directories: [] };
  try {
    for (const [index, step] of steps.entries()) {
      if (step.kind === 'make-directory') {
        prepared.directories.unshift(step);
        inDirectory(openedAt(session, step.on).top, step.path, () => undefined, 0o755);
      } else if (step.kind === 'write-file') {
        const more = steps
          .slice(index + 1)
          .filter((candidate) => candidate.kind === 'write-file' && isSamePlace(candidate, step));
        const isRemoved = steps.slice(0, index).some((each) => each.kind === 'remove-file' && isSamePlace(each, step));
        await stage(session, step, { more: more.length, isRemoved }, prepared);
      }
    }
  } catch (error) {
    discard(prepared);
    for (const place of prepared.directories) discardDirectory(session, place);
    throw error;
  }
  return prepared;
}

/** Removes the files that were not put in place, and drops the replaced files. */
export function discard({ files, keptFiles }: Prepared): void {
  for (const staged of files.values()) staged.discard();
  for (const file of keptFiles.values()) file.drop();
  files.clear();
  keptFiles.clear();
}

/**
 * The directory stays open until the file is in its place. The file gets there even if the path to the directory
 * changes.
 */
async function stage(
  session: Session,
  step: Writing,
  { more, isRemoved }: Omit<FatContent, 'text'>,
  { files, keptFiles }: Prepared,
): Promise<void> {
  const { parent, name } = splitPath(step.path);
  const { top, type } = openedAt(session, step.on);
  const { atomicRename, hardLinks } = abilities[type];
  const directory = openBeneath(top, parent);
  let staged: StagedFile | undefined;
  try {
    const key = printPlace(step);
    if (!keptFiles.has(key)) keptFiles.set(key, (hardLinks ? keepFile : keepFatFile)(directory.path, name));
    const place = `${directory.path}/${name}`;
    if (atomicRename) {
      staged = stageFile(place, step.text, step.mode, more, directory.close);
      await labelLike(top, step, place, staged.path);
    } else staged = stageFatFile(place, { text: step.text, more, isRemoved }, directory.close);
    files.set(step, staged);
  } catch (error) {
    if (staged === undefined) directory.close();
    else staged.discard();
    throw error;
  }
}

function discardDirectory(session: Session, { on, path }: Place): void {
  const { parent, name } = splitPath(path);
  const around = findBeneath(openedAt(session, on).top, parent);
  if (around !== undefined) using(around, (open) => removeEmptyDirectory(`${open.path}/${name}`));
}

// A file that is replaced keeps its attributes. A new file gets the label of its neighbour, because a file that is
// written from outside gets no label by itself.
async function labelLike(top: string, step: Writing, place: string, staged: string): Promise<void> {
  const kind = stat(place)?.kind;
  if (kind === 'file') await copyFileAttributes(place, staged);
  else if (step.labelLike === undefined || kind !== undefined) await copyLabel(place, staged);
  else await atPath(top, step.labelLike, (like) => copyLabel(like, staged));
}
