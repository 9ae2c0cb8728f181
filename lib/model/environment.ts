import type { BeName } from './be-name.ts';
import type { BootLayout } from './boot-layout.ts';
import type { Config } from './config.ts';
import type { FirstBoot } from './first-boot.ts';
import type { Kernel } from './kernel.ts';
import type { KeptImages } from './kernel-record.ts';
import type { Mark } from './mark.ts';
import type { MenuSettings } from './menu.ts';
import type { LoaderRootFacts, Subvolume, ToolFacts } from './observation.ts';
import type { OneShotFile } from './one-shot.ts';
import type { Place } from './place.ts';
import type { Problem } from './problem.ts';
import type { SavedEntry } from './saved-entry.ts';
import type { Snapshot } from './snapshot.ts';
import type { UpgradeState } from './upgrade-state.ts';
import type { Volume } from './volume.ts';

/** One boot environment as be-hook interprets it: the input of `be-hook list` and of the planners. */
export interface BootEnvironment {
  readonly name: BeName;
  readonly subvolume: Subvolume;
  /** False for a running root that has not been adopted yet. */
  readonly marked: boolean;
  /** Set if be-hook cannot read its mark in full. Commands that would change the environment are then refused. */
  readonly markFault: Problem | undefined;
  /** Fields of its mark that this version does not know. */
  readonly unknown: Pick<Mark, 'requires' | 'more'>;
  /**
   * The id by which its snapshots refer to it. It stays the same when a rollback gives the environment another
   * subvolume.
   */
  readonly id: string;
  /** See the mark. */
  readonly former: readonly string[];
  readonly description: string | undefined;
  /** Boots once, at the next start. */
  readonly next: boolean;
  /** Protected from deletion. */
  readonly held: boolean;
  /** Made by be-hook automatically. */
  readonly automatic: boolean;
  /** The package transaction for which it is a restore point; undefined if it is not a restore point. */
  readonly restorePoint: string | undefined;
  /** Undefined if it is complete. */
  readonly state: UpgradeState | undefined;
  /** Undefined if it has booted, or if its first boot has nothing to do. */
  readonly firstBoot: FirstBoot | undefined;
  /** The origin of its root, if that still exists: `NAME`, or `NAME@SNAPSHOT`. */
  readonly origin: string | undefined;
  /** The oldest first. */
  readonly snapshots: readonly Snapshot[];
  readonly volumes: readonly Volume[];
  /** Seconds since 1970. */
  readonly created: number;
  readonly running: boolean;
  readonly active: boolean;
  readonly mountpoints: readonly string[];
  /** Whether its fstab mounts an EFI system partition. */
  readonly mountsEfi: boolean;
  readonly layout: BootLayout;
  readonly readOnly: boolean;
  /** The name of the system in os-release. */
  readonly title: string;
  readonly osId: string;
  /** Newest first. */
  readonly kernels: readonly Kernel[];
  readonly savedEntry: SavedEntry;
  /** What be-hook keeps for it on a separate /boot. Undefined for an environment without a separate /boot. */
  readonly keptImages: KeptImages | undefined;
  /** The directories from which its boot loader may read a menu. */
  readonly menuDirectories: readonly MenuDirectory[];
  /** Where the files are that a loader can read, whatever their type; also those of all environments on a separate /boot. */
  readonly bootFiles: readonly Place[];
  /** The entries of /boot that a loader can read: their names, and where the bytes are if the entry is a link. */
  readonly bootEntries: readonly { readonly name: string; readonly target: Place }[];
  /** Problems for the user's attention. They do not change which entries the menu offers; `blocker` does. */
  readonly problems: readonly Problem[];
  /** Set when be-hook cannot interpret a part of it. Its menu entries then stay as they are. */
  readonly blocker: Problem | undefined;
  readonly settings: MenuSettings;
  readonly config: Config;
  /** Whether its menu directories show be-hook's menu, or did before they were damaged. */
  readonly hasMenu: boolean;
  /**
   * Whether be-hook writes into its menu directories. On a running machine be-hook does not write into those of another
   * environment that contains neither be-hook nor its menu, because the administrator erased be-hook there.
   */
  readonly maintained: boolean;
  readonly loaderFacts: LoaderRootFacts;
}

/** A directory from which a boot loader may read a menu. */
export interface MenuDirectory extends Place {
  /** False for a directory that would have to be made first. */
  readonly exists: boolean;
}

/** Everything observed about one file system, interpreted. It is the only input of the planners. */
export interface SystemState {
  readonly filesystemUuid: string;
  /** The UUID of the separate /boot. Undefined if be-hook found none. */
  readonly bootUuid: string | undefined;
  /** Whether this is the file system that the system runs from. */
  readonly runs: boolean;
  /** Id of the subvolume that is mounted if no option chooses one; 5 is the top level. */
  readonly defaultSubvolume: number;
  /** Whether the default subvolume chooses the environment that boots by default (openSUSE's snapshot booting). */
  readonly followsDefault: boolean;
  /** Active first, then running, then the youngest first. */
  readonly environments: readonly BootEnvironment[];
  /** Subvolumes that carry a mark of be-hook which does not count, with the reason. */
  readonly problems: readonly Problem[];
  readonly subvolumes: readonly Subvolume[];
  /** The file from which the boot loader reads the one-shot request; undefined if it was never set up. */
  readonly oneShot: OneShotFile | undefined;
  /** Unfinished work of interrupted runs. */
  readonly unfinishedWork: readonly UnfinishedWork[];
  readonly tools: ToolFacts;
}

/** Work that an interrupted run began, and that the next run ends. */
export interface UnfinishedWork {
  /** A directory of the store, or a root subvolume outside of it. */
  readonly path: string;
  /**
   * `finished`: complete except for the note that says otherwise. `unfinished`: the content of the directory is of no
   * use. `doomed`: be-hook is going to delete the subvolume and everything that belongs to it.
   */
  readonly kind: 'finished' | 'unfinished' | 'doomed';
}
