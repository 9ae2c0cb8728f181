import type { FilesystemType } from './filesystem-type.ts';
import type { InitFacts } from './init.ts';
import type { OneShotFacts } from './one-shot.ts';
import type { FilesystemId } from './place.ts';

/** The raw facts of a machine, read once. They contain no judgement; `plan/` judges them. */
export interface Observation {
  readonly filesystem: FilesystemFacts;
  readonly subvolumes: readonly Subvolume[];
  /** Subvolumes whose lines in the listing cannot be trusted. They cannot be boot environments. */
  readonly ambiguous: readonly Subvolume[];
  /** The roots that may be boot environments: the running one and every subvolume that carries a mark of be-hook. */
  readonly roots: readonly RootFacts[];
  /** The `trusted.be-hook.active` attribute of the top level: the uuid of the subvolume that boots by default. */
  readonly active: string | undefined;
  /** All other attributes of be-hook, wherever they are. */
  readonly attributes: readonly Attribute[];
  /** Ids of the read-only subvolumes. */
  readonly readOnly: readonly number[];
  /** The directories in the store. */
  readonly store: readonly string[];
  /**
   * The store and directories in it that unprivileged users can enter. They could reach programs in old copies there.
   */
  readonly exposed: readonly string[];
  /** Files that the running system swaps to. */
  readonly swapFiles: readonly SwapFile[];
  /** The facts about the one-shot request. */
  readonly oneShot: OneShotFacts;
  /** The uses of subvolumes on the whole machine; undefined if the command did not request them. */
  readonly uses: readonly Use[] | undefined;
  readonly tools: ToolFacts;
  /** The separate /boot. Undefined if no root mounts one, and if be-hook cannot open it. */
  readonly boot: BootFilesystemFacts | undefined;
  /** The SHA-256 digests, in hexadecimal, of the files that the command requested, by their printed places. */
  readonly digests: Readonly<Record<string, string>>;
}

/** A file system that roots mount at /boot and that does not contain them. Paths are from its top. */
export interface BootFilesystemFacts {
  readonly uuid: string;
  readonly type: FilesystemType;
  /** Bytes that can still be written. */
  readonly free: number;
  /** Size in bytes. */
  readonly size: number;
  /** Names by which a line of fstab may refer to it. */
  readonly sources: readonly string[];
  /** How an unprivileged user could change it; undefined if no user can. be-hook then does not use it. */
  readonly unsafe: string | undefined;
  /** The files in its top directory. Package managers and kernel-install write them. */
  readonly files: readonly StampedFile[];
  /** The stamps of files that belong to environments which a plan deletes. None is observed. */
  readonly foreign: readonly string[];
  /** The files in be-hook's directory: see `keptDirectory`. */
  readonly kept: readonly StampedFile[];
}

/** A file with a text that changes whenever a program writes the file. */
export interface StampedFile extends BootFile {
  readonly stamp: string;
}

/** The observed btrfs file system. */
export interface FilesystemFacts {
  readonly uuid: string;
  /** Id of the subvolume that is mounted as `/` of the running system; undefined if that is on another file system. */
  readonly runningSubvolume: number | undefined;
  /** Id of the subvolume that is mounted if no option chooses one; 5 is the top level. */
  readonly defaultSubvolume: number;
  /** Bytes that can still be written. */
  readonly free: number;
  /** Size in bytes. */
  readonly size: number;
  /** Names by which a line of fstab may refer to this file system, for instance `UUID=…` or `/dev/vda3`. */
  readonly sources: readonly string[];
  /** Where the subvolumes of this file system are mounted, seen from this process. */
  readonly mounts: readonly { readonly subvolume: number; readonly mountpoint: string }[];
}

/** The facts that be-hook compares lines of fstab with. */
export type FstabFacts = Pick<Observation, 'filesystem' | 'subvolumes' | 'ambiguous'>;

/** One subvolume as `btrfs subvolume list` shows it. */
export interface Subvolume {
  readonly id: number;
  readonly uuid: string;
  readonly parentUuid: string | undefined;
  /** From the top of the file system, without a leading slash; the top level itself is ''. */
  readonly path: string;
  /** The file system's generation when it was made. Everything written later has a higher one. */
  readonly generation: number;
}

/** One of be-hook's extended attributes. */
export interface Attribute {
  /** Path from the top of the file system. */
  readonly path: string;
  /** Its name, without `trusted.be-hook.`. */
  readonly name: string;
  readonly value: string;
}

/** A file that the running system swaps to. */
export interface SwapFile {
  /** Id of the subvolume that it lies in. */
  readonly subvolume: number;
  readonly path: string;
}

/** A use of a subvolume that its deletion would disturb. */
export type Use =
  | { readonly kind: 'mount'; readonly subvolume: number; readonly mountpoint: string; readonly pid: number }
  | { readonly kind: 'process'; readonly subvolume: number; readonly pid: number; readonly name: string }
  | { readonly kind: 'kernel'; readonly subvolume: number; readonly what: string };

/** The text of a file, or why it cannot be read. */
export type FileText =
  | (FilePlace & { readonly kind: 'text'; readonly text: string })
  | (FilePlace & { readonly kind: 'missing' })
  | (FilePlace & { readonly kind: 'unreadable'; readonly why: string });

/** The path of a file from the top of its file system. `on` is left out for the btrfs with the roots. */
interface FilePlace {
  readonly on?: Exclude<FilesystemId, 'root'>;
  readonly path: string;
}

/** Everything that was read in one root. Paths are from the top of the file system, without a leading slash. */
export interface RootFacts {
  readonly subvolume: Subvolume;
  /** The value of `trusted.be-hook.environment`, which only root can set; undefined for an unmarked root. */
  readonly mark: string | undefined;
  /** Seconds since 1970 at which the root directory was created. */
  readonly born: number;
  /**
   * How an unprivileged user could change this root; undefined if no user can. Such a root cannot be a boot
   * environment.
   */
  readonly unsafe: string | undefined;
  readonly readOnly: boolean;
  readonly fstab: FileText;
  readonly osRelease: FileText;
  readonly commandLine: FileText;
  readonly loaderSetting: LoaderSettingFacts;
  readonly config: FileText;
  /** Whether the be-hook in it copies volumes when it boots for the first time. */
  readonly copiesAtBoot: boolean;
  /** Whether the package be-hook is installed in it. */
  readonly hasBeHook: boolean;
  readonly blsEntries: readonly FileText[];
  readonly boot: BootDirectoryFacts;
  /** Names below /usr/lib/modules (or /lib/modules) that hold the modules of a kernel. */
  readonly moduleReleases: readonly string[];
  /** Kernel images found below the modules directories. */
  readonly moduleImages: readonly BootFile[];
  /**
   * What jobs in this root wrote to /boot while be-hook hid the separate /boot from them. Empty for a root without a
   * separate /boot.
   */
  readonly privateBoot: PrivateBootFacts;
  readonly init: InitFacts;
  readonly loaderFacts: LoaderRootFacts;
}

/**
 * What the observer of a boot loader read in one root. Only the folders of that boot loader know the other fields (see
 * `Loader` in plan/loader.ts).
 */
export interface LoaderRootFacts {
  /** The name of the boot loader. */
  readonly loader: string;
}

/** What the observer of a boot loader read on the machine, outside of all roots. */
export interface LoaderMachineFacts {
  /** The name of the boot loader. */
  readonly loader: string;
}

/** The files that jobs wrote to their private /boot. */
export interface PrivateBootFacts {
  readonly files: readonly StampedFile[];
  readonly blsEntries: readonly FileText[];
  /** The files with the boot loader's variables. */
  readonly variables: readonly FileText[];
}

/** The settings of a root's boot loader that no boot loader reads by itself. */
export interface LoaderSettingFacts {
  /** /etc/sysconfig/bootloader, which names the boot loader in LOADER_TYPE (perl-bootloader, `pbl`). */
  readonly file: FileText;
  /** Whether sdbootutil is installed, which keeps entries and kernels on the EFI system partition. */
  readonly sdbootutil: boolean;
  /** /etc/tuned/bootcmdline, which has the value of `$tuned_params` (tuned, plugin bootloader). */
  readonly tuned: FileText;
}

/** The type and content of a root's /boot. */
export type BootDirectoryFacts =
  | {
      readonly kind: 'directory';
      readonly files: readonly BootFile[];
      /** The path of the subvolume that it is; undefined for a directory of the root. `files` are in it. */
      readonly subvolume: string | undefined;
      /** What the running system has mounted there instead; undefined if it uses this directory. */
      readonly mountedFrom: string | undefined;
    }
  | { readonly kind: 'placeholder'; readonly path: string }
  | { readonly kind: 'missing' };

/** One file that a boot loader may have to read. */
export interface BootFile {
  /** Name in its directory. */
  readonly name: string;
  /** The file system with the file. A loader follows no symbolic link to another one. */
  readonly on: FilesystemId;
  /** Where it was listed. */
  readonly path: string;
  /** Where its bytes are, symbolic links resolved inside the root. */
  readonly target: string;
  /** Bytes. */
  readonly size: number;
  readonly fault: FileFault | undefined;
}

/**
 * Why GRUB on btrfs cannot read a file correctly. GRUB 2.12 to 2.14 reads a file with a trailing hole short, and
 * reports no error. Behind the placeholder of a nested subvolume GRUB reads the files of the clone's source, also
 * without an error. `lost` is a copy that be-hook kept, and whose content no file has.
 */
export type FileFault = 'empty' | 'dangling' | 'placeholder' | 'not-a-file' | 'sparse' | 'preallocated' | 'lost';

/** Tools and firmware facts of the running system. */
export interface ToolFacts {
  /** The firmware that starts the boot loader. */
  readonly firmware: 'uefi' | 'bios' | 'unknown';
  readonly loaderFacts: LoaderMachineFacts;
  /**
   * The name of the loader that started the machine (systemd, "Boot Loader Interface"); undefined if it states none.
   */
  readonly loaderInfo: string | undefined;
  /** Boot Loader Specification entries, or systemd's note about them, on partitions that firmware can read. */
  readonly espEntries: readonly string[];
  /** Text of the "needs sync" mark that an earlier run left, if any. */
  readonly needsSync: string | undefined;
}
