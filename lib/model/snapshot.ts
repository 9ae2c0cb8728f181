import type { Subvolume } from './observation.ts';
import type { SnapshotName } from './snapshot-name.ts';

/** A read-only copy of a boot environment, from which other environments can be made. */
export interface Snapshot {
  readonly name: SnapshotName;
  readonly subvolume: Subvolume;
  /** Seconds since 1970. */
  readonly created: number;
  readonly description: string | undefined;
}
