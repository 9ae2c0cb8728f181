import { editFstab, type FstabChange, type FstabEntry, parseFstab } from '../formats/fstab.ts';
import { entrySubvolume, isBootPlace, isNamed, isRootEntry, mayBeBtrfs } from '../formats/fstab-subvolume.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Observation, Subvolume } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { chooseSubvolume } from './choose-subvolume.ts';

/** The places on this machine of the subvolumes that a manifest names. */
export interface Translation {
  readonly manifest: Manifest;
  /** The subvolumes of the stream, by their names in it. */
  readonly received: ReadonlyMap<string, Subvolume>;
}

/**
 * Makes an fstab that names the file system of a manifest name this one. be-hook finds received subvolumes by their
 * present places, and shared ones by their old paths. A volume that does not exist here must not keep the system from
 * booting. Returns the same problems as `parseFstab`.
 */
export function translateFstab(
  text: string,
  path: string,
  translation: Translation,
  observation: Observation,
): string | Problem {
  return editFstab(text, path, (entry) => translateEntry(entry, translation, observation));
}

function translateEntry(
  entry: FstabEntry,
  { manifest, received }: Translation,
  observation: Observation,
): FstabChange | undefined {
  const { filesystem, boot } = observation;
  // All systems of a machine share its separate /boot.
  if (isBootPlace(entry.mountpoint) && boot !== undefined && !isNamed(entry, manifest.filesystem))
    return {
      source: `UUID=${boot.uuid}`,
      type: boot.type,
      // The options of one type may be wrong for another one.
      options: entry.type === boot.type ? entry.options : ['defaults'],
    };
  const isOld = isNamed(entry, manifest.filesystem);
  if (!mayBeBtrfs(entry) || !(isOld || isRootEntry(entry))) return undefined;
  const here = isNamed(entry, filesystem) ? {} : { source: `UUID=${filesystem.uuid}` };
  // The fstab gets the subvolume of the root when the root has its final place.
  if (isRootEntry(entry)) return { ...here, options: entry.options };
  const named = { filesystem: manifest.filesystem, subvolumes: [...manifest.subvolumes, ...manifest.shared] };
  const old = entrySubvolume(entry, named);
  if (old?.path === '') return { ...here, options: entry.options };
  const sent = manifest.subvolumes.find((candidate) => candidate === old);
  const now = sent === undefined ? findShared(old, observation) : received.get(sent.name);
  if (now !== undefined) return { ...here, options: chooseSubvolume(entry, now) };
  const { options } = entry;
  return { ...here, options: options.includes('nofail') ? options : [...options, 'nofail'] };
}

/** The subvolume here with the path of a shared one. */
export function findShared(
  old: { readonly path: string } | undefined,
  { subvolumes }: Pick<Observation, 'subvolumes'>,
): Subvolume | undefined {
  return old === undefined ? undefined : subvolumes.find(({ path }) => path === old.path);
}

/** The mount points of an fstab for other disks than the file system of its manifest, with the names of these disks. */
export function listForeign(text: string, { filesystem }: Manifest): readonly string[] {
  const entries = parseFstab(text);
  return (isProblem(entries) ? [] : entries)
    .filter((entry) => /^(\/dev\/|[A-Z]+=)/.test(entry.source) && !isNamed(entry, filesystem) && !isRootEntry(entry))
    .map(({ mountpoint, source }) => `${mountpoint} (${source})`);
}
