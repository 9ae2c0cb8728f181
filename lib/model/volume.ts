import type { Subvolume } from './observation.ts';

/** Whether the clone of a boot environment gets a copy of a volume, and when: immediately, or at its first boot. */
export type VolumePolicy = 'shared' | 'cloned' | 'cloned-at-boot';

/** All policies, as they are stored in the attribute `trusted.be-hook.volume` of the volume itself. */
export const volumePolicies: readonly VolumePolicy[] = ['shared', 'cloned', 'cloned-at-boot'];

/** A subvolume that is mounted, or lies, below a boot environment's root. */
export interface Volume {
  /** Where it is when the environment runs, with a leading slash. */
  readonly mountpoint: string;
  readonly subvolume: Subvolume;
  /** The policy in its attribute. Without an attribute /boot is cloned, and it is undefined for all others. */
  readonly marked: VolumePolicy | undefined;
  /** Inside the root subvolume or inside another volume. It needs no line in fstab there. */
  readonly nested: boolean;
  readonly readOnly: boolean;
}

/** How cloning a boot environment treats one of its volumes. */
export type VolumeClonePolicy = 'shared' | 'cloned' | 'left-out';
