import type { BootEnvironment } from './environment.ts';

/**
 * Orders boot environments by the moment they were made, the oldest first. Marks have whole seconds; of two made in the
 * same second the later one has the higher subvolume id, because btrfs counts them up.
 */
export function compareAge(a: BootEnvironment, b: BootEnvironment): number {
  return a.created - b.created || a.subvolume.id - b.subvolume.id;
}
