import { parseFstab } from '../formats/fstab.ts';
import type { RootFacts } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { textOf } from './interpret/file-text.ts';

/** Whether the fstab of a root mounts a file system other than the root on a directory above one of these paths. */
export function hasMountOver({ fstab }: RootFacts, paths: readonly string[]): boolean {
  try {
    return parseFstab(textOf(fstab) ?? '', fstab.path).some(({ mountpoint }) => {
      const place = mountpoint.replace(/\/+$/, '');
      return place !== '' && ['/usr', ...paths].some((path) => path === place || path.startsWith(`${place}/`));
    });
  } catch (error) {
    if (error instanceof BeHookError) return true;
    throw error;
  }
}
