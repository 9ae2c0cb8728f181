import { findBeneath, giveTo, makeOpen, type OpenDirectory, ownerOf, splitPath, using } from '../system/beneath.ts';
import { copyLabel } from '../system/file-attributes.ts';
import { errorCode, removeEmptyDirectory, stat } from '../system/files.ts';
import { placeholderInode } from '../system/inside.ts';

/** What another process can make of a name between two system calls. */
const changed = ['ENOENT', 'ENOTDIR', 'EEXIST', 'ELOOP'];

/**
 * Makes an ordinary empty directory of a placeholder, in which not even root can write; with the owner, mode and label of
 * what it stands for. Unprivileged users can own the directory that it lies in, in the copy too: where they have put
 * something else in its place, or moved its directory, that stays as it is. Owner and mode are given to the directory that
 * was made, never to a name.
 */
export async function replacePlaceholder(top: string, path: string, like: string): Promise<void> {
  const { parent, name } = splitPath(path);
  const around = findBeneath(top, parent);
  if (around === undefined) return;
  await using(around, async (directory) => {
    const made = make(directory, name);
    if (made === undefined) return;
    const source = findBeneath(top, like);
    await using(made, async (open) => {
      if (source !== undefined) await using(source, (model) => makeAlike(open, model));
      // Nothing is known any more of what it stands for.
      else giveTo(open, ownerOf(directory));
    });
  });
}

function make(directory: OpenDirectory, name: string): OpenDirectory | undefined {
  try {
    const place = `${directory.path}/${name}`;
    if (stat(place)?.inode === placeholderInode) removeEmptyDirectory(place);
    return makeOpen(directory.path, name);
  } catch (error) {
    if (changed.includes(errorCode(error))) return undefined;
    throw error;
  }
}

async function makeAlike(made: OpenDirectory, model: OpenDirectory): Promise<void> {
  giveTo(made, ownerOf(model));
  await copyLabel(model.path, made.path);
}
