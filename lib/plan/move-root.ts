import type { RootFacts, Subvolume } from '../model/observation.ts';
import { mapPaths } from './root-paths.ts';

/** What will be observed of a copy of a root before anything in it is changed. `now` is in seconds since 1970. */
export function moveRoot(root: RootFacts, to: Subvolume, now: number): RootFacts {
  const path = (inside: string): string => movePath(inside, root.subvolume.path, to.path);
  const moved = mapPaths(root, { path, file: (file) => ({ ...file, path: path(file.path) }) });
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

/** A path below one directory as the same path below another; both from the top of the file system, '' the top itself. */
export function movePath(path: string, from: string, to: string): string {
  const rest = from === '' ? path : path.slice(from.length + 1);
  return to === '' ? rest : rest === '' ? to : `${to}/${rest}`;
}
