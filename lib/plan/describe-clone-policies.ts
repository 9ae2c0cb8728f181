import type { Volume } from '../model/volume.ts';
import type { Clone } from './clone.ts';

/** Sentences that list the volumes that are copied and those that are not. Empty if there are no volumes. */
export function describeClonePolicies({ policies, deferred }: Pick<Clone, 'policies' | 'deferred'>): readonly string[] {
  const { cloned, shared, leftOut } = policies;
  const list = (volumes: readonly Pick<Volume, 'mountpoint'>[]): string =>
    volumes.map(({ mountpoint }) => mountpoint).join(', ');
  const early = cloned.filter(({ marked }) => marked === 'cloned-at-boot');
  return [
    ...(cloned.length === 0 ? [] : [`Copied with it: ${list(cloned)}.`]),
    ...(early.length === 0
      ? []
      : [`Copied now and not at the first boot: ${list(early)}. The copy lacks what is written there later.`]),
    ...(deferred.length === 0
      ? []
      : [`Copied at its first boot, with everything that is written until then: ${list(deferred)}.`]),
    ...(shared.length === 0 ? [] : [`Shared by both: ${list(shared)}.`]),
    ...(leftOut.length === 0 ? [] : [`Not copied, empty in the copy: ${list(leftOut)}.`]),
  ];
}
