import type { Observation } from './observation.ts';

/**
 * The directory, from the top of the file system, in which be-hook keeps what it makes: one directory for each boot
 * environment and each snapshot, with the subvolume `root` and the copies of its volumes in it.
 */
export const depot = 'be-hook';

/** Where commands are recorded. */
export const historyPath = `${depot}/history`;

/** The directory for a new boot environment, or for a snapshot, in which nothing is yet. */
export function freeDirectory(
  name: string,
  { subvolumes, depot: kept }: Pick<Observation, 'subvolumes' | 'depot'>,
): string {
  const taken = [...kept, ...subvolumes.map(({ path }) => path)];
  const isFree = (path: string): boolean => !taken.some((other) => other === path || other.startsWith(`${path}/`));
  let candidate = `${depot}/${name}`;
  for (let count = 2; !isFree(candidate); count += 1) candidate = `${depot}/${name}-${count}`;
  return candidate;
}

/** The uuid of a subvolume that a plan is to make: known only when it has been made. */
export function futureUuid(path: string): string {
  return `future:${path}`;
}

/** The path of the subvolume whose uuid is still to be learnt; undefined for a uuid that is one. */
export function pathOfFuture(uuid: string): string | undefined {
  return uuid.startsWith('future:') ? uuid.slice('future:'.length) : undefined;
}
