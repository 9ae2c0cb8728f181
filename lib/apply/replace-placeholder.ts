import { findBeneath, giveTo, makeOpen, type OpenDirectory, ownerOf, splitPath, using } from '../system/beneath.ts';
import { copyLabel } from '../system/file-attributes.ts';
import { errorCode, removeEmptyDirectory, stat } from '../system/files.ts';
import { placeholderInode } from '../system/inside.ts';

/** Errors that occur when another process changes a name between two system calls. */
const changed = ['ENOENT', 'ENOTDIR', 'EEXIST', 'ELOOP'];

/**
 * Replaces a placeholder, in which not even root can write, by an ordinary empty directory. The directory gets the
 * owner, mode and label of the subvolume that it stands for. Unprivileged users can own the directory around it, in the
 * copy too. An object that they have put in its place stays as it is, and so does a directory that they have moved.
 * be-hook sets owner and mode on the open directory that it made, never by a name.
 */
export async function replacePlaceholder(top: string, path: string, like: string): Promise<void> {
  const { parent, name } = splitPath(path);
  const around = findBeneath(top, parent);
  if (around === undefined) return;
  await using(around, async (directory) => {
    const copy = make(directory, name);
    if (copy === undefined) return;
    const source = findBeneath(top, like);
    await using(copy, async (open) => {
      if (source !== undefined) await using(source, (model) => makeAlike(open, model));
      // The original subvolume no longer exists.
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

async function makeAlike(copy: OpenDirectory, model: OpenDirectory): Promise<void> {
  giveTo(copy, ownerOf(model));
  await copyLabel(model.path, copy.path);
}
