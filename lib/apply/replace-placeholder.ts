import { copyOwner, makeDirectory, removeEmptyDirectory, stat } from '../system/files.ts';
import { placeholderInode } from '../system/inside.ts';
import { copyLabel } from '../system/selinux.ts';

/**
 * Makes an ordinary empty directory of a placeholder, in which nobody, not even root, can write; with the owner, mode
 * and label of what it stands for.
 */
export async function replacePlaceholder(path: string, like: string): Promise<void> {
  if (stat(path)?.inode === placeholderInode) removeEmptyDirectory(path);
  makeDirectory(path);
  copyOwner(like, path);
  await copyLabel(like, path);
}
