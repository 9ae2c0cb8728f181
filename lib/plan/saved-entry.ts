import type { SystemState } from '../model/environment.ts';
import type { SavedEntry } from '../model/saved-entry.ts';

/** The active environment's saved entry if it names no kernel of that environment; undefined in all other cases. */
export function findForeignDefault({ environments }: SystemState): SavedEntry['foreign'] {
  return environments.find(({ active }) => active)?.savedEntry.foreign;
}
