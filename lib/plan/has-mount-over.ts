import type { RootFacts } from '../model/observation.ts';
import { isProblem } from '../model/problem.ts';
import { readFstab } from './interpret/file-text.ts';

/**
 * Whether the fstab of a root mounts a file system other than the root on a directory above one of these paths. It may,
 * if be-hook cannot interpret the fstab.
 */
export function hasMountOver(root: RootFacts, paths: readonly string[]): boolean {
  const entries = readFstab(root);
  if (isProblem(entries)) return true;
  return entries.some(({ mountpoint }) => {
    const place = mountpoint.replace(/\/+$/, '');
    return place !== '' && ['/usr', ...paths].some((path) => path === place || path.startsWith(`${place}/`));
  });
}
