import { isBootPlace } from '../formats/fstab-subvolume.ts';
import type { Observation, RootFacts, Subvolume } from '../model/observation.ts';
import type { Problem } from '../model/problem.ts';
import type { Volume, VolumeClonePolicy } from '../model/volume.ts';

/**
 * The policy for each volume of a root that is cloned. It does not list volumes inside of a volume that is not cloned.
 */
export interface ClonePolicies {
  readonly cloned: readonly Volume[];
  /** The clone mounts the same ones. */
  readonly shared: readonly Volume[];
  /** The clone has empty directories in their places. */
  readonly leftOut: readonly Volume[];
}

/**
 * Resolves the policies from the attribute of each volume. A volume without the attribute that fstab mounts is shared.
 * A volume without the attribute that lies inside of another subvolume is cloned with that, except for read-only
 * volumes and places of snapshots.
 */
export function resolveClonePolicies(
  source: RootFacts,
  volumes: readonly Volume[],
  observation: Observation,
): ClonePolicies {
  const decided: { readonly volume: Volume; readonly policy: VolumeClonePolicy }[] = [];
  for (const volume of volumes) {
    const holder = decided.findLast((candidate) => isInside(volume.subvolume, candidate.volume.subvolume));
    if (volume.nested && holder !== undefined && holder.policy !== 'cloned') continue;
    decided.push({ volume, policy: decide(volume, source, observation) });
  }
  const having = (policy: VolumeClonePolicy): readonly Volume[] =>
    decided.flatMap((candidate) => (candidate.policy === policy ? [candidate.volume] : []));
  return { cloned: having('cloned'), shared: having('shared'), leftOut: having('left-out') };
}

/**
 * Removes from the cloned volumes those with the policy “cloned at the first boot”, if the clone can copy them then.
 * Volumes inside of them wait with them and are not listed. The kernels in /boot cannot wait.
 */
export function postpone(
  policies: ClonePolicies,
  atBoot: boolean,
): { readonly policies: ClonePolicies; readonly later: readonly Volume[] } {
  const mayWait = ({ marked, mountpoint }: Volume): boolean => marked === 'cloned-at-boot' && !isBootPlace(mountpoint);
  const waiting = atBoot ? policies.cloned.filter(mayWait) : [];
  const isIn = ({ subvolume }: Volume): boolean => waiting.some((volume) => isInside(subvolume, volume.subvolume));
  const isNow = (volume: Volume): boolean => !waiting.includes(volume) && !isIn(volume);
  const now = { ...policies, cloned: policies.cloned.filter(isNow), leftOut: policies.leftOut.filter(isNow) };
  return { policies: now, later: waiting.filter((volume) => !isIn(volume)) };
}

/** The refusal of a /boot with a policy by which a clone would not have its own kernels. */
export function findSharedBoot(volumes: readonly Volume[]): Problem | undefined {
  const boot = volumes.find(({ mountpoint, marked }) => isBootPlace(mountpoint) && marked === 'shared');
  return boot && refuseSharedBoot(boot.subvolume);
}

/** The refusal of a /boot that boot environments would share. */
export function refuseSharedBoot({ path }: Pick<Subvolume, 'path'>): Problem {
  const why = 'its policy is “shared”, but each boot environment needs its own kernels';
  return { code: 'boot-volume-unfit', path, why, hint: 'give each its own copy: be-hook volume set /boot cloned' };
}

function decide(volume: Volume, source: RootFacts, observation: Observation): VolumeClonePolicy {
  if (volume.marked !== undefined) return volume.marked === 'shared' ? 'shared' : 'cloned';
  if (!volume.nested) return 'shared';
  // A subvolume in the top level of a file system is often beside the root that runs from there, and not a part of it.
  // In a snapshot that be-hook took, everything is read-only.
  const frozen = volume.readOnly && !source.readOnly;
  const apart = frozen || source.subvolume.path === '' || holdsSnapshots(volume.subvolume, source, observation);
  return apart ? 'left-out' : 'cloned';
}

/** Snapper, for example, keeps its snapshots of a root in a subvolume inside of that root. */
function holdsSnapshots(volume: Subvolume, source: RootFacts, { subvolumes, readOnly }: Observation): boolean {
  if (volume.path.endsWith('/.snapshots')) return true;
  return subvolumes.some(
    (subvolume) =>
      isInside(subvolume, volume) && subvolume.parentUuid === source.subvolume.uuid && readOnly.includes(subvolume.id),
  );
}

function isInside(inner: Subvolume, outer: Subvolume): boolean {
  return inner.path.startsWith(`${outer.path}/`);
}
