import type { Volume } from '../model/volume.ts';
import type { Clone } from './clone.ts';

/** What is copied and what is not, in sentences; nothing about volumes where there are none. */
export function describeFates({ fates, awaited }: Pick<Clone, 'fates' | 'awaited'>): readonly string[] {
  const { cloned, shared, leftOut } = fates;
  const list = (volumes: readonly Pick<Volume, 'mountpoint'>[]): string =>
    volumes.map(({ mountpoint }) => mountpoint).join(', ');
  const early = cloned.filter(({ marked }) => marked === 'cloned-at-boot');
  return [
    ...(cloned.length === 0 ? [] : [`Copied with it: ${list(cloned)}.`]),
    ...(early.length === 0
      ? []
      : [
          `Copied now and not at the first boot, so that what is written there until then is not in the copy: ${list(early)}.`,
        ]),
    ...(awaited.length === 0
      ? []
      : [`Copied when it first boots, so that nothing is lost that is written until then: ${list(awaited)}.`]),
    ...(shared.length === 0 ? [] : [`Shared by both, so that what one writes the other sees: ${list(shared)}.`]),
    ...(leftOut.length === 0 ? [] : [`Left out, empty in the copy: ${list(leftOut)}.`]),
  ];
}
