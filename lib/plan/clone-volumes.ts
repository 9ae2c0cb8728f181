import type { Observation, RootFacts, Subvolume } from '../model/observation.ts';
import type { Volume, VolumeFate } from '../model/volume.ts';

/** What becomes of the volumes of a root that is cloned; those inside of a volume that is not cloned are not listed. */
export interface VolumeFates {
  readonly cloned: readonly Volume[];
  /** The clone mounts the same one. */
  readonly shared: readonly Volume[];
  /** The clone has an empty directory. */
  readonly leftOut: readonly Volume[];
}

/**
 * Decides by the attribute of each volume. Where it has none, one that fstab mounts is shared; one that lies inside is a
 * part of what it lies in and is cloned with it, except for read-only ones and places of snapshots.
 */
export function decideFates(source: RootFacts, volumes: readonly Volume[], observation: Observation): VolumeFates {
  const decided: { readonly volume: Volume; readonly fate: VolumeFate }[] = [];
  for (const volume of volumes) {
    const holder = decided.findLast((one) => isInside(volume.subvolume, one.volume.subvolume));
    if (volume.nested && holder !== undefined && holder.fate !== 'cloned') continue;
    decided.push({ volume, fate: decide(volume, source, observation) });
  }
  const having = (fate: VolumeFate): readonly Volume[] =>
    decided.flatMap((one) => (one.fate === fate ? [one.volume] : []));
  return { cloned: having('cloned'), shared: having('shared'), leftOut: having('left-out') };
}

/**
 * Takes out of what is cloned the volumes that are marked to be cloned at the first boot, if anything does it then. What
 * lies inside of them waits with them and is not listed.
 */
export function postpone(
  fates: VolumeFates,
  atBoot: boolean,
): { readonly fates: VolumeFates; readonly later: readonly Volume[] } {
  const waiting = atBoot ? fates.cloned.filter(({ marked }) => marked === 'cloned-at-boot') : [];
  const isIn = ({ subvolume }: Volume): boolean => waiting.some((one) => isInside(subvolume, one.subvolume));
  const isNow = (volume: Volume): boolean => !waiting.includes(volume) && !isIn(volume);
  const now = { ...fates, cloned: fates.cloned.filter(isNow), leftOut: fates.leftOut.filter(isNow) };
  return { fates: now, later: waiting.filter((volume) => !isIn(volume)) };
}

function decide(volume: Volume, source: RootFacts, observation: Observation): VolumeFate {
  if (volume.marked !== undefined) return volume.marked === 'shared' ? 'shared' : 'cloned';
  if (!volume.nested) return 'shared';
  // What lies in the top level of a file system is beside the root that runs from there as often as it is a part of it.
  // In a snapshot of ours everything is read-only.
  const frozen = volume.readOnly && !source.readOnly;
  const apart = frozen || source.subvolume.path === '' || holdsSnapshots(volume.subvolume, source, observation);
  return apart ? 'left-out' : 'cloned';
}

/** Snapper, for one, keeps its snapshots of a root in a subvolume inside of it. */
function holdsSnapshots(volume: Subvolume, source: RootFacts, { subvolumes, readOnly }: Observation): boolean {
  if (volume.path.endsWith('/.snapshots')) return true;
  return subvolumes.some(
    (one) => isInside(one, volume) && one.parentUuid === source.subvolume.uuid && readOnly.includes(one.id),
  );
}

function isInside(inner: Subvolume, outer: Subvolume): boolean {
  return inner.path.startsWith(`${outer.path}/`);
}
