import { incompleteAttribute } from '../system/attributes.ts';
import { inDirectory, makeOpen, splitPath, using } from '../system/beneath.ts';
import { moveDirectory, removeEmptyDirectory } from '../system/files.ts';
import { setAttribute } from '../system/xattrs.ts';

/**
 * Makes a directory of the store that only root can enter, with the mark that its content is unfinished. The directory
 * gets its name after the mark, because be-hook never deletes an empty directory without the mark.
 */
export async function beginDirectory(top: string, path: string): Promise<void> {
  const { parent, name } = splitPath(path);
  const begin = async (place: string, nameless: string): Promise<void> => {
    removeEmptyDirectory(`${place}/${nameless}`);
    try {
      await using(makeOpen(place, nameless), (directory) => setAttribute(directory.path, incompleteAttribute, '1'));
      moveDirectory(`${place}/${nameless}`, `${place}/${name}`);
    } catch (error) {
      removeEmptyDirectory(`${place}/${nameless}`);
      throw error;
    }
  };
  await inDirectory(top, parent, (store) => begin(store.path, `.${name}`), 0o700);
}
