import type { RootFacts, Subvolume } from '../model/observation.ts';
import type { Loader } from './loader.ts';
import { mapPaths } from './root-paths.ts';

/**
 * The facts that be-hook will observe about a copy of a root before it changes the copy. `now` is in seconds since
 * 1970.
 */
export function moveRoot(root: RootFacts, to: Subvolume, now: number, loader: Pick<Loader, 'mapFacts'>): RootFacts {
  const path = (inside: string): string => movePath(inside, root.subvolume.path, to.path);
  const moved = mapPaths(root, { path, file: (file) => ({ ...file, path: path(file.path) }) }, loader);
  const { boot } = moved;
  return {
    ...moved,
    subvolume: to,
    mark: undefined,
    born: now,
    unsafe: undefined,
    readOnly: false,
    boot: boot.kind === 'directory' ? { ...boot, mountedFrom: undefined } : boot,
  };
}

/**
 * Translates a path below one directory into the same path below another. Both directories start at the top of the file
 * system, and '' is the top itself.
 */
export function movePath(path: string, from: string, to: string): string {
  const rest = from === '' ? path : path.slice(from.length + 1);
  return to === '' ? rest : rest === '' ? to : `${to}/${rest}`;
}
