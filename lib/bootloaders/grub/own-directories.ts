import type { BootEnvironment } from '../../model/environment.ts';
import { isSamePlace } from '../../model/place.ts';
import { type MenuDirectoryFacts, ownDirectories } from './facts.ts';

/**
 * The GRUB directories that belong to one of these environments. If several have the same directory, it belongs to the
 * first of them, so that no plan writes a file twice.
 */
export function findOwnDirectories(
  environment: BootEnvironment,
  environments: readonly BootEnvironment[],
): readonly MenuDirectoryFacts[] {
  const earlier = environments.slice(0, environments.indexOf(environment)).flatMap(ownDirectories);
  return ownDirectories(environment).filter((own) => !earlier.some((other) => isSamePlace(other, own)));
}
