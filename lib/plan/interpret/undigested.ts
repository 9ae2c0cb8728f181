import { isSafeRelease } from '../../model/kernel.ts';
import type { BootFile, Observation } from '../../model/observation.ts';
import { type Place, printPlace } from '../../model/place.ts';
import { kernelIndexOf, mountsBoot } from './kernel-index.ts';
import { targetOf } from './kernels.ts';
import {
  digestOf,
  digestOfShared,
  findByDigest,
  findMade,
  isImageOf,
  isOnlyHolder,
  recordedIn,
  type SharedFacts,
  slots,
} from './shared-kernel.ts';

/**
 * The files whose digests a plan needs: those of releases that several roots or snapshots have, those that jobs made, and
 * everything that may replace a lost copy. With `all` also the files that only one root boots, because it will be copied.
 */
export function listUndigested(observation: Observation, all: boolean): readonly Place[] {
  const { boot } = observation;
  const roots = observation.roots.filter((root) => root.privateBoot.files.length > 0 || mountsBoot(root, observation));
  const index = kernelIndexOf(observation);
  const found = roots.flatMap((root) =>
    boot === undefined
      ? []
      : root.moduleReleases
          .filter(isSafeRelease)
          .flatMap((release) => undigestedOf(release, { root, observation, boot, index }, all)),
  );
  return [...new Map(found.map((file) => [printPlace(targetOf(file)), targetOf(file)])).values()];
}

function undigestedOf(release: string, facts: SharedFacts, all: boolean): readonly BootFile[] {
  const { root, boot } = facts;
  const isAlone = !all && isOnlyHolder(release, facts);
  return slots.flatMap((slot) => {
    const made = findMade(slot, release, facts) ?? [];
    const shared = slot.find(release, boot.files);
    const isUnknown = shared !== undefined && !isAlone && digestOfShared(slot, release, shared, facts) === undefined;
    const digest = digestOf(recordedIn(slot, release, facts), slot, release, facts);
    const isLost =
      slot.key === 'image' && digest !== undefined && findByDigest(slot, release, digest, facts) === undefined;
    return [
      made,
      isUnknown ? shared : [],
      isLost ? root.moduleImages.filter((file) => isImageOf(file, release)) : [],
    ].flat();
  });
}
