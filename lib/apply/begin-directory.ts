import { incompleteAttribute } from '../system/attributes.ts';
import { makeDirectory, moveDirectory } from '../system/files.ts';
import { setAttribute } from '../system/xattrs.ts';

/**
 * Makes a directory of the depot with the note that what is in it is not finished. It gets its name when it has the
 * note: an empty directory that nobody accounts for would keep the name for ever.
 */
export async function beginDirectory(path: string): Promise<void> {
  const nameless = path.replace(/([^/]+)$/, '.$1');
  makeDirectory(nameless);
  await setAttribute(nameless, incompleteAttribute, '1');
  moveDirectory(nameless, path);
}
