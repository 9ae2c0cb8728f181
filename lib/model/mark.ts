import type { BeName } from './be-name.ts';
import type { FirstBoot } from './first-boot.ts';
import type { OpenFormat } from './open-format.ts';
import type { SnapshotName } from './snapshot-name.ts';
import type { UpgradeState } from './upgrade-state.ts';

/** The common part of all marks. A program must know everything in `requires` to change the environment. */
export interface OpenMark extends OpenFormat {
  /** Fields that this version does not know. be-hook writes them back unchanged and does not interpret them. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/**
 * The mark makes a subvolume a boot environment. It is stored as the extended attribute `trusted.be-hook.environment`
 * of the root directory. A snapshot inherits the attribute, therefore the mark names its subvolume. On any other
 * subvolume it does not count.
 */
export interface Mark extends OpenMark {
  readonly name: BeName;
  readonly uuid: string;
  /** Seconds since 1970. */
  readonly created: number;
  /**
   * The id by which the environment's snapshots refer to it. A rollback puts another subvolume in its place, which
   * keeps this id. It is left out if it is the subvolume's own uuid.
   */
  readonly id?: string;
  /**
   * The uuids of subvolumes that rollbacks replaced and from which other subvolumes were copied; left out if there are
   * no such subvolumes.
   */
  readonly former?: readonly string[];
  readonly description?: string;
  /** A held environment is never destroyed. */
  readonly held?: true;
  /** be-hook made it automatically, and may delete it again: see retention. */
  readonly automatic?: true;
  /**
   * It is a restore point: a copy of its origin before a package transaction. The value identifies the transaction, so
   * two hooks that run for the same transaction make one restore point. It is `by hand` if a person asked for it.
   */
  readonly restorePoint?: string;
  /** Left out if it is complete. */
  readonly state?: UpgradeState;
  /** Left out if there is nothing to do. */
  readonly firstBoot?: FirstBoot;
}

/**
 * The mark that makes a read-only subvolume a snapshot of a boot environment, stored as `trusted.be-hook.snapshot`. It
 * is bound to its subvolume like `Mark`.
 */
export interface SnapshotMark extends OpenMark {
  readonly name: SnapshotName;
  readonly uuid: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** The `id` of the boot environment from which it was taken. */
  readonly of: string;
  readonly description?: string;
}
