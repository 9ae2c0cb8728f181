import type { BootEnvironment } from './environment.ts';

/**
 * Orders boot environments by the time of their creation, the oldest first. Marks have whole seconds. If two have the
 * same second, the later one has the higher subvolume id, because btrfs counts ids up.
 */
export function compareAge(a: BootEnvironment, b: BootEnvironment): number {
  return a.created - b.created || a.subvolume.id - b.subvolume.id;
}
