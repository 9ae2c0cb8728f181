import type { RootFacts, Subvolume } from '../model/observation.ts';
import type { Loader } from './loader.ts';
import { mapPaths } from './root-paths.ts';

/** The paths of a copied subvolume and of its copy. */
export interface CopiedPath {
  readonly from: { readonly path: string };
  readonly to: { readonly path: string };
}

/**
 * The facts that be-hook will observe about a copy of a root before it changes the copy. Files in copied volumes move
 * with these. `now` is in seconds since 1970.
 */
export function moveRoot(
  root: RootFacts,
  to: Subvolume,
  now: number,
  { loader, copies }: { readonly loader: Pick<Loader, 'mapFacts'>; readonly copies: readonly CopiedPath[] },
): RootFacts {
  const all = [{ from: root.subvolume, to }, ...copies];
  const path = (inside: string): string => moveWithCopies(inside, all);
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

/** Translates a path in one of the copied subvolumes. Any other path stays as it is. */
export function moveWithCopies(path: string, copies: readonly CopiedPath[]): string {
  const holders = copies.filter(({ from }) => from.path === '' || `${path}/`.startsWith(`${from.path}/`));
  const [holder] = holders.toSorted((a, b) => b.from.path.length - a.from.path.length);
  return holder === undefined ? path : movePath(path, holder.from.path, holder.to.path);
}

/**
 * Translates a path below one directory into the same path below another. Both directories start at the top of the file
 * system, and '' is the top itself.
 */
export function movePath(path: string, from: string, to: string): string {
  const rest = from === '' ? path : path.slice(from.length + 1);
  return to === '' ? rest : rest === '' ? to : `${to}/${rest}`;
}
