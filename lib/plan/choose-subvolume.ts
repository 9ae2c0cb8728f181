import { escapeOctal, type FstabEntry } from '../formats/fstab.ts';
import { subvolumeFlag } from '../formats/kernel-command-line.ts';
import { topLevelId } from '../formats/subvolume-options.ts';
import type { Subvolume } from '../model/observation.ts';

/** The options of a line of fstab with `subvol=` instead of the options that chose the subvolume. */
export function chooseSubvolume(
  { options }: Pick<FstabEntry, 'options'>,
  subvolume: Pick<Subvolume, 'id' | 'path'>,
): readonly string[] {
  const slash = options.some((option) => option.startsWith('subvol=/')) ? '/' : '';
  const choice = escapeOctal(subvolumeOption(subvolume, slash));
  const place = options.findIndex(chooses);
  const rest = options.filter((option) => !chooses(option));
  if (place < 0) return [...rest, choice];
  return [...options.slice(0, place), choice, ...options.slice(place).filter((option) => !chooses(option))];
}

/** The options of a line of fstab that mounts the default subvolume. */
export function chooseNone({ options }: Pick<FstabEntry, 'options'>): readonly string[] {
  const rest = options.filter((option) => !chooses(option));
  return rest.length === 0 ? ['defaults'] : rest;
}

function chooses(option: string): boolean {
  return /^subvol(id)?=/.test(option);
}

/**
 * The option that mounts a subvolume. The top level has an empty path, which mount(8) refuses. A path with a comma
 * cannot be mounted by name at all (btrfs(5)). Both are therefore chosen by id.
 */
export function subvolumeOption({ id, path }: Pick<Subvolume, 'id' | 'path'>, slash: string): string {
  if (path === '') return slash === '' ? `subvolid=${topLevelId}` : 'subvol=/';
  return path.includes(',') ? subvolumeFlag({ id, path }) : `subvol=${slash}${path}`;
}
