import type { Subvolume } from './observation.ts';

/** Whether the clone of a boot environment gets a copy of a volume, and when: at once, or when it first boots. */
export type VolumePolicy = 'shared' | 'cloned' | 'cloned-at-boot';

/** All policies, as they are stored in the attribute `trusted.be-hook.volume` of the volume itself. */
export const volumePolicies: readonly VolumePolicy[] = ['shared', 'cloned', 'cloned-at-boot'];

/** A subvolume that is mounted, or lies, somewhere below a boot environment's root. */
export interface Volume {
  /** Where it is found when the environment runs, with a leading slash. */
  readonly mountpoint: string;
  readonly subvolume: Subvolume;
  /** What its attribute says; undefined where it has none. */
  readonly marked: VolumePolicy | undefined;
  /** Inside the root subvolume or inside another volume, where it needs no line in fstab. */
  readonly nested: boolean;
  readonly readOnly: boolean;
}

/** What becomes of a volume when its boot environment is cloned. */
export type VolumeFate = 'shared' | 'cloned' | 'left-out';
