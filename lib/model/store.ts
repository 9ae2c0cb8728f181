import type { Observation } from './observation.ts';

/**
 * The store: the directory, from the top of the file system, in which be-hook keeps everything that it makes. Each boot
 * environment and each snapshot has one directory in it, with the subvolume `root` and the copies of its volumes.
 */
export const store = 'be-hook';

/** The file in which be-hook records commands. */
export const historyPath = `${store}/history`;

/** A directory for a new boot environment or snapshot. It does not exist yet. */
export function freeDirectory(
  name: string,
  { subvolumes, store: stored }: Pick<Observation, 'subvolumes' | 'store'>,
): string {
  const taken = [...stored, ...subvolumes.map(({ path }) => path)];
  const isFree = (path: string): boolean =>
    !taken.some((existing) => existing === path || existing.startsWith(`${path}/`));
  let candidate = `${store}/${name}`;
  for (let count = 2; !isFree(candidate); count += 1) candidate = `${store}/${name}-${count}`;
  return candidate;
}

/** A placeholder for the uuid of a subvolume that a plan makes. The real uuid is known only after that. */
export function futureUuid(path: string): string {
  return `future:${path}`;
}

/** The path in such a placeholder; undefined for a real uuid. */
export function pathOfFuture(uuid: string): string | undefined {
  return uuid.startsWith('future:') ? uuid.slice('future:'.length) : undefined;
}
