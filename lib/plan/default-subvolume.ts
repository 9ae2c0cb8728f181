import type { Observation, Subvolume } from '../model/observation.ts';
import type { Problem } from '../model/problem.ts';

/**
 * Whether the default subvolume is among these. The btrfs program refuses to delete it ("not deleting default subvolume
 * id", btrfs-progs cmds/subvolume.c), and the kernel does too (may_destroy_subvol in fs/btrfs/inode.c).
 */
export function holdsDefault(
  subvolumes: readonly Subvolume[],
  { filesystem }: Pick<Observation, 'filesystem'>,
): boolean {
  return subvolumes.some(({ id }) => id === filesystem.defaultSubvolume);
}

/**
 * The refusal to destroy the environment or snapshot of this name, if the default subvolume is among the subvolumes to
 * delete.
 */
export function findDefault(
  name: string,
  subvolumes: readonly Subvolume[],
  { filesystem }: Pick<Observation, 'filesystem'>,
): Problem | undefined {
  if (!holdsDefault(subvolumes, { filesystem })) return undefined;
  const mountpoints = filesystem.mounts.map(({ mountpoint }) => mountpoint);
  // Users copy the command in the hint. A path that a shell would split is left out of it.
  const named = mountpoints.filter((mountpoint) => /^[\w/.@+-]+$/.test(mountpoint));
  const detail = named.find((mountpoint) => mountpoint === '/') ?? named[0] ?? '';
  return { code: 'environment-in-use', name, how: 'default-subvolume', detail };
}
