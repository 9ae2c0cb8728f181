import type { Quoting } from '../formats/edit-assignment.ts';
import type { RootLocation } from '../formats/kernel-command-line.ts';
import type { Retarget } from '../formats/retarget.ts';
import type { BootLayout } from '../model/boot-layout.ts';
import type { BootEnvironment, MenuDirectory, SystemState } from '../model/environment.ts';
import type { Kernel } from '../model/kernel.ts';
import type { EntryKey, Menu, MenuSettings } from '../model/menu.ts';
import type { FileText, LoaderRootFacts, Observation, RootFacts, ToolFacts } from '../model/observation.ts';
import type { Place } from '../model/place.ts';
import type { Problem } from '../model/problem.ts';
import type { SavedEntry } from '../model/saved-entry.ts';
import type { Step } from '../model/step.ts';
import type { LoaderFileRole, PathMap } from './path-map.ts';

/**
 * The interface between planners and boot loaders. Each folder of lib/bootloaders implements it without touching the
 * machine. The observer of the same boot loader, in lib/system/loaders, reads the facts that only this folder knows.
 */
export interface Loader {
  /** What it can do. Planners do not ask for more. */
  readonly can: LoaderAbilities;
  /** Whether it can boot kernels, and be-hook can keep its menu, in this layout. */
  readonly serves: (layout: BootLayout) => boolean;

  /** What the files of a root say about its menu and its kernels. */
  readonly readRoot: (root: RootFacts, observation: Observation) => LoaderView;
  /** be-hook's present menu in each menu directory of a root; undefined for a missing or damaged one. */
  readonly readMenus: (root: LoaderFactsOf) => readonly (Menu | undefined)[];
  /** Whether a menu of be-hook in this root, even a damaged one, boots the root at this path. */
  readonly offers: (root: LoaderFactsOf, path: string) => boolean;
  /** What this loader calls an entry of a menu, for people and for its own settings. */
  readonly nameEntry: (menu: Menu, key: EntryKey) => string;
  /** How the machine starts this loader, for people. */
  readonly describe: (tools: ToolFacts) => string;
  /** Where be-hook's files are when this environment shows its menu. */
  readonly placesOf: (environment: LoaderFactsOf) => LoaderPlaces;

  /**
   * Returns the function that makes all menu directories of some boot environments show the menu. That plans nothing for
   * a directory that does already. The planner calls it once for the environments that decide what boots, and once for
   * each other one.
   */
  readonly installMenu: (menu: Menu, state: SystemState) => (environments: readonly BootEnvironment[]) => LoaderSteps;
  /** Makes a default that kernel-install noted, and the distribution did not adopt, the default of the distribution. */
  readonly adoptDefaults: (state: SystemState) => readonly Step[];
  /** Updates the distribution's own menu of the running system if it does not match its kernels. */
  readonly refreshDistributionMenu: (state: SystemState) => readonly Step[];
  /**
   * Gives the menu directories of these boot environments back to the distribution. The machine then boots without
   * be-hook. It boots the active environment as before, from whichever of the directories a loader starts. `entry` is the
   * id of the boot loader entry that boots it from a shared directory.
   */
  readonly removeMenu: (state: SystemState, environments: readonly BootEnvironment[], entry?: string) => LoaderSteps;

  /** The facts of a root with every path, and every file that was read, mapped. */
  readonly mapFacts: (facts: LoaderRootFacts, map: PathMap) => LoaderRootFacts;
  /** The edits by which the loader's files in a copied root name the copy. */
  readonly retarget: (root: RootFacts, retarget: Omit<Retarget, 'relative'>) => LoaderRetarget;
  /**
   * Changes the kernel options in all files from which the distribution takes the options of an entry, without
   * /etc/kernel/cmdline. `edit` gets the text of one command line. Undefined if the distribution's menu takes all
   * options from /etc/kernel/cmdline.
   */
  readonly editOptions: (root: RootFacts, edit: (line: string, quoting: Quoting) => string) => EditedRoot | undefined;
  /** Settings of this loader, from /etc, that belong to the system itself and not to its configuration. */
  readonly systemFiles: readonly string[];

  /** Why the machine would no longer start the loader without this boot environment; undefined if it would. */
  readonly holds: (environment: BootEnvironment, state: SystemState) => string | undefined;
  /** Whether the firmware's part of this loader leads to a menu directory of this file system. */
  readonly leadsHere: (observation: Observation) => boolean;
  /** Problems with the part of the boot that this loader does. */
  readonly check: (observation: Observation) => readonly Problem[];
}

/** Anything with the facts that the loader's observer read in a root. */
export type LoaderFactsOf = Pick<RootFacts, 'loaderFacts'>;

/** The places of be-hook's files for a boot loader. */
export interface LoaderPlaces {
  /** The files with the menu. */
  readonly menus: readonly Place[];
  /** The script that makes the distribution's menu generator keep the menu; undefined if it has no generator. */
  readonly generatorScript: Place | undefined;
}

/** What a boot loader can do. */
export interface LoaderAbilities {
  /** Whether it can boot another environment once. */
  readonly once: boolean;
  /** Whether it can show several entries behind one line. */
  readonly fold: boolean;
  /** Whether it reads entries of the Boot Loader Specification from a partition that firmware can read. */
  readonly readsEntries: boolean;
}

/** What the files of a boot loader in one root say. */
export interface LoaderView {
  readonly menuDirectories: readonly MenuDirectory[];
  /** Whether a directory shows be-hook's menu, or did before it was damaged. */
  readonly hasMenu: boolean;
  /** Whether the distribution has a menu of its own in one of the directories. */
  readonly hasDistributionMenu: boolean;
  /** Why the settings of the distribution's menu cannot be read. */
  readonly blocker: Problem | undefined;
  /** How the distribution's menu behaves. */
  readonly settings: Omit<MenuSettings, 'timeoutFixed'>;
  /** Names in /boot of early initrds for all kernels, in the order of loading. */
  readonly earlyInitrds: readonly string[];
  /** Derives the command lines of this root's kernels. Returns `file-unreadable`. */
  readonly commandLines: (location: RootLocation) => CommandLines | Problem;
  /** The kernel that the distribution boots by default. */
  readonly savedEntry: (name: BootEnvironment['name'], kernels: readonly Kernel[]) => SavedEntry;
  /** The evidence that the loader resolves paths from the default subvolume; undefined where it does not. */
  readonly relative: string | undefined;
}

/** The command line of one kernel. */
export interface CommandLine {
  readonly options: readonly string[];
  /** The file that contains it. */
  readonly path: string;
  /** The loader's variables in it whose values be-hook does not know. */
  readonly unknown: readonly string[];
  /** The files that tuned loads behind the initramfs (`$tuned_initrd`), by tuned's names. */
  readonly overlays: readonly string[];
  /** Boot loader entries that cannot be read. `isDoubtful`: one of them may have another command line for this kernel. */
  readonly unread?: { readonly problems: readonly Problem[]; readonly isDoubtful: boolean };
}

/**
 * Returns the command line for each kernel release of a boot environment. Returns `file-malformed`, and `file-unreadable`
 * for a kernel whose command line only an unreadable entry can have.
 */
export type CommandLines = (release: string) => CommandLine | Problem;

/** Steps of a boot loader, and the problems that it could not resolve. */
export interface LoaderSteps {
  /** Each group must be on disk before the next one begins. */
  readonly groups: readonly (readonly Step[])[];
  readonly unresolved: readonly Problem[];
  /** Sentences for the user: see `Plan.notes`. */
  readonly notes?: readonly string[];
}

/** A root after an edit of the files that a boot loader reads. */
export interface EditedRoot {
  readonly root: RootFacts;
  /** The files whose text changed, in the order of writing. */
  readonly files: readonly FileText[];
}

/** The edits that make a loader's files name a copied root. */
export interface LoaderRetarget {
  /** Whether paths in the files of the root begin at the default subvolume, and so do not name the root. */
  readonly relative: boolean;
  /** Files without an edit stay as they are. */
  readonly edits: Readonly<Partial<Record<LoaderFileRole, (text: string) => string>>>;
  /** Files that be-hook does not edit, and that are not needed to boot the copy. */
  readonly warnings: readonly Problem[];
}
