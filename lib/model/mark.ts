import type { BeName } from './be-name.ts';
import type { FirstBoot } from './first-boot.ts';
import type { OpenFormat } from './open-format.ts';
import type { SnapshotName } from './snapshot-name.ts';
import type { UpgradeState } from './upgrade-state.ts';

/** What every mark has; what `requires` lists, a program must know to change the environment. */
export interface OpenMark extends OpenFormat {
  /** Fields that this version does not know. They are written back as they were, and mean nothing here. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/**
 * What makes a subvolume a boot environment, stored as the extended attribute `trusted.be-hook.environment` of its root
 * directory. A snapshot inherits the attribute, therefore it names the subvolume it was given to: on any other it does
 * not count.
 */
export interface Mark extends OpenMark {
  readonly name: BeName;
  readonly uuid: string;
  /** Seconds since 1970. */
  readonly created: number;
  /**
   * What the environment's snapshots call it. A rollback puts another subvolume in its place, which keeps this; it is
   * left out where it is the subvolume's own uuid.
   */
  readonly id?: string;
  /** The uuids of subvolumes that rollbacks replaced and from which other subvolumes were copied; left out where there are none. */
  readonly former?: readonly string[];
  readonly description?: string;
  /** A held environment is never destroyed. */
  readonly held?: true;
  /** be-hook made it on its own account, and may take it away again: see retention. */
  readonly automatic?: true;
  /**
   * It is a restore point: what its origin was before a package transaction. Which one, so that two hooks that are called
   * for one make one; `by hand` for one that a person asked for.
   */
  readonly restorePoint?: string;
  /** Left out where it is complete. */
  readonly state?: UpgradeState;
  /** Left out where there is nothing to do. */
  readonly firstBoot?: FirstBoot;
}

/**
 * What makes a read-only subvolume a snapshot of a boot environment, stored as `trusted.be-hook.snapshot`; bound to its
 * subvolume as a mark is.
 */
export interface SnapshotMark extends OpenMark {
  readonly name: SnapshotName;
  readonly uuid: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** The `id` of the boot environment it was taken of. */
  readonly of: string;
  readonly description?: string;
}
