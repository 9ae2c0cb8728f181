import type { BeName } from './be-name.ts';
import type { BootLayout } from './boot-layout.ts';
import type { Config } from './config.ts';
import type { FirstBoot } from './first-boot.ts';
import type { Kernel } from './kernel.ts';
import type { Mark } from './mark.ts';
import type { MenuSettings } from './menu.ts';
import type { MenuHomeFacts, Subvolume, ToolFacts } from './observation.ts';
import type { OneShotFile } from './one-shot.ts';
import type { Problem } from './problem.ts';
import type { SavedEntry } from './saved-entry.ts';
import type { Snapshot } from './snapshot.ts';
import type { UpgradeState } from './upgrade-state.ts';
import type { Volume } from './volume.ts';

/** One boot environment, understood: what `be-hook list` shows and what the planners decide on. */
export interface BootEnvironment {
  readonly name: BeName;
  readonly subvolume: Subvolume;
  /** False for a running root that nobody adopted yet. */
  readonly marked: boolean;
  /** Set when its mark cannot be read in full: commands that would change it are then refused. */
  readonly markFault: Problem | undefined;
  /** What its mark says that this version does not know. */
  readonly unknown: Pick<Mark, 'requires' | 'more'>;
  /** What its snapshots call it; stays the same when a rollback gives it another subvolume. */
  readonly id: string;
  /** See the mark. */
  readonly former: readonly string[];
  readonly description: string | undefined;
  /** Boots once, at the next start. */
  readonly next: boolean;
  /** Never to be destroyed. */
  readonly held: boolean;
  /** Made by be-hook on its own account. */
  readonly automatic: boolean;
  /** The package transaction that it is a restore point for; undefined for what is none. */
  readonly restorePoint: string | undefined;
  /** Undefined where it is complete. */
  readonly state: UpgradeState | undefined;
  /** Undefined where it has booted, or has nothing to do then. */
  readonly firstBoot: FirstBoot | undefined;
  /** What its root was copied from, if that is still there: `NAME`, or `NAME@SNAPSHOT`. */
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
  /** What os-release calls the system. */
  readonly title: string;
  readonly osId: string;
  /** Newest first. */
  readonly kernels: readonly Kernel[];
  readonly savedEntry: SavedEntry;
  readonly homes: readonly MenuHomeFacts[];
  /** Where the files are that a loader can read, whatever they are. */
  readonly bootFiles: readonly string[];
  /** What in /boot a loader can read: the names of its entries, and where the bytes are of those that are links. */
  readonly bootEntries: readonly { readonly name: string; readonly target: string }[];
  /** What its user should know; none of them changes what is offered, `blocker` does. */
  readonly problems: readonly Problem[];
  /** Set when be-hook cannot interpret a part of it. Its menu entries then stay as they are. */
  readonly blocker: Problem | undefined;
  readonly settings: MenuSettings;
  readonly config: Config;
  /** Whether its GRUB directories show our menu, or did before they were damaged. */
  readonly hasMenu: boolean;
  /**
   * Whether be-hook writes into its GRUB directories. In a running machine not into those of another environment in which
   * neither be-hook nor its menu is: be-hook was erased there.
   */
  readonly maintained: boolean;
  readonly generatorDirectory: string | undefined;
  /** Text of our script in that directory as it is on disk. */
  readonly generatorScript: string | undefined;
}

/** Everything observed about one file system, understood. The planners' only input. */
export interface SystemState {
  readonly filesystemUuid: string;
  /** Whether this is the file system that the system runs from. */
  readonly runs: boolean;
  /** Id of the subvolume that is mounted where nothing chooses one; 5 is the top level. */
  readonly defaultSubvolume: number;
  /** Active first, then running, then the youngest first. */
  readonly environments: readonly BootEnvironment[];
  /** Subvolumes that carry a mark of ours which does not count, with the reason. */
  readonly problems: readonly Problem[];
  readonly subvolumes: readonly Subvolume[];
  /** Where GRUB is told what to boot once; undefined where it was never done. */
  readonly oneShot: OneShotFile | undefined;
  /** What interrupted runs left behind. */
  readonly leftovers: readonly Leftover[];
  readonly tools: ToolFacts;
}

/** Something that an interrupted run began, and that the next one ends. */
export interface Leftover {
  /** A directory of the depot, or a root subvolume outside of it. */
  readonly path: string;
  /**
   * `finished`: only the note that it is not is left. `unfinished`: what is in the directory is of no use.
   * `doomed`: the subvolume and what belongs to it is to go.
   */
  readonly kind: 'finished' | 'unfinished' | 'doomed';
}
