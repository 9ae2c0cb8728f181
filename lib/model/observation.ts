import type { InitFacts } from './init.ts';
import type { OneShotFacts } from './one-shot.ts';

/** The raw facts of a machine, read once. Nothing here has been judged yet; `plan/` does that. */
export interface Observation {
  readonly filesystem: FilesystemFacts;
  readonly subvolumes: readonly Subvolume[];
  /** Subvolumes that the listing shows in a way that cannot be trusted; they are none of ours. */
  readonly ambiguous: readonly Subvolume[];
  /** The roots that may be boot environments: the running one and every subvolume that carries our mark. */
  readonly roots: readonly RootFacts[];
  /** The `trusted.be-hook.active` attribute of the top level: the uuid of the subvolume that boots by default. */
  readonly active: string | undefined;
  /** Our other attributes, wherever they are. */
  readonly attributes: readonly Attribute[];
  /** Ids of the read-only subvolumes. */
  readonly readOnly: readonly number[];
  /** Directories in the depot that lie there. */
  readonly depot: readonly string[];
  /** The depot and directories in it that are not root's alone: programs in old copies would be in reach of users. */
  readonly exposed: readonly string[];
  /** Files that the running system swaps to. */
  readonly swapFiles: readonly SwapFile[];
  /** How an environment could be booted once. */
  readonly oneShot: OneShotFacts;
  /** Who uses which subvolume, on the whole machine; undefined where nobody asked. */
  readonly uses: readonly Use[] | undefined;
  readonly tools: ToolFacts;
}

/** The btrfs file system that is looked at. */
export interface FilesystemFacts {
  readonly uuid: string;
  /** Id of the subvolume that is mounted as `/` of the running system, undefined when this file system does not run. */
  readonly runningSubvolume: number | undefined;
  /** Id of the subvolume that is mounted where nothing chooses one; 5 is the top level. */
  readonly defaultSubvolume: number;
  /** Bytes that can still be written. */
  readonly free: number;
  /** Bytes that it has in all. */
  readonly size: number;
  /** What a line of fstab may call this file system, for instance `UUID=…` or `/dev/vda3`. */
  readonly sources: readonly string[];
  /** Where the subvolumes of this file system are mounted, seen from this process. */
  readonly mounts: readonly { readonly subvolume: number; readonly mountpoint: string }[];
}

/** What lines of fstab are compared with. */
export type FstabFacts = Pick<Observation, 'filesystem' | 'subvolumes' | 'ambiguous'>;

/** One subvolume as `btrfs subvolume list` tells it. */
export interface Subvolume {
  readonly id: number;
  readonly uuid: string;
  readonly parentUuid: string | undefined;
  /** From the top of the file system, without a leading slash; the top level itself is ''. */
  readonly path: string;
  /** The file system's generation when it was made: what was written later has a higher one. */
  readonly generation: number;
}

/** One of our extended attributes. */
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

/** Something that would suffer if a subvolume went away. */
export type Use =
  | { readonly kind: 'mount'; readonly subvolume: number; readonly mountpoint: string; readonly pid: number }
  | { readonly kind: 'process'; readonly subvolume: number; readonly pid: number; readonly name: string }
  | { readonly kind: 'kernel'; readonly subvolume: number; readonly what: string };

/** The text of a file, or why there is none. */
export type FileText =
  | { readonly kind: 'text'; readonly path: string; readonly text: string }
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly why: string };

/** Everything that was read in one root. Paths are from the top of the file system, without a leading slash. */
export interface RootFacts {
  readonly subvolume: Subvolume;
  /** The value of `trusted.be-hook.environment`, which only root can set; undefined where there is none. */
  readonly mark: string | undefined;
  /** Seconds since 1970 at which the root directory was born. */
  readonly born: number;
  /** Undefined, or what an unprivileged user could change about this root: then it is nobody's boot environment. */
  readonly unsafe: string | undefined;
  readonly readOnly: boolean;
  readonly fstab: FileText;
  readonly osRelease: FileText;
  readonly commandLine: FileText;
  readonly grubDefaults: readonly FileText[];
  readonly loaderSetting: LoaderSettingFacts;
  readonly config: FileText;
  /** Whether its be-hook copies volumes when it boots for the first time. */
  readonly copiesAtBoot: boolean;
  /** Whether the package be-hook is installed in it. */
  readonly hasBeHook: boolean;
  readonly blsEntries: readonly FileText[];
  readonly boot: BootDirectoryFacts;
  /** Names below /usr/lib/modules (or /lib/modules) that hold a `modules.dep` or any module. */
  readonly moduleReleases: readonly string[];
  /** Kernel images found below the modules directories. */
  readonly moduleImages: readonly BootFile[];
  readonly init: InitFacts;
  readonly homes: readonly MenuHomeFacts[];
  /** `/etc/grub.d` or its like, where the distribution's menu generator takes its parts from. */
  readonly generatorDirectory: string | undefined;
  readonly generatorScript: FileText;
}

/** What a root says about its boot loader beside GRUB's own settings. */
export interface LoaderSettingFacts {
  /** /etc/sysconfig/bootloader, which names it in LOADER_TYPE (perl-bootloader, `pbl`). */
  readonly file: FileText;
  /** Whether sdbootutil is installed, which keeps entries and kernels on the EFI system partition. */
  readonly sdbootutil: boolean;
  /** /etc/tuned/bootcmdline, which has what `$tuned_params` stands for (tuned, plugin bootloader). */
  readonly tuned: FileText;
}

/** What /boot of a root is. */
export type BootDirectoryFacts =
  | { readonly kind: 'directory'; readonly files: readonly BootFile[]; readonly mountedFrom: string | undefined }
  | { readonly kind: 'subvolume'; readonly path: string }
  | { readonly kind: 'placeholder'; readonly path: string }
  | { readonly kind: 'missing' };

/** One file that a boot loader may have to read. */
export interface BootFile {
  /** Name in its directory. */
  readonly name: string;
  /** Where it was listed. */
  readonly path: string;
  /** Where its bytes are, symbolic links resolved inside the root. */
  readonly target: string;
  /** Bytes. */
  readonly size: number;
  readonly fault: FileFault | undefined;
}

/** What makes a file unreadable for GRUB on btrfs (boot-plumbing traps 7 to 10). */
export type FileFault = 'empty' | 'dangling' | 'placeholder' | 'not-a-file' | 'sparse' | 'preallocated';

/** A directory from which a boot loader may read its menu. */
export interface MenuHomeFacts {
  readonly path: string;
  /** False for a directory that would have to be made first. */
  readonly exists: boolean;
  readonly grubCfg: FileText;
  readonly menu: FileText;
  /** GRUB's environment block beside it. */
  readonly grubenv: FileText;
  /** Files that an interrupted run of ours left behind, and what each was to become. */
  readonly leftovers: readonly { readonly path: string; readonly target: string }[];
  /** When grub-install last put GRUB itself here, in seconds since 1970; undefined where it never did. */
  readonly grubInstalled: number | undefined;
  /** Whether the distribution's grub.cfg parses, asked only where it can be asked and matters. */
  readonly grubCfgParses: boolean;
}

/** What a little grub.cfg on an EFI system partition leads GRUB to. */
export interface StubFacts {
  /** Where the stub lies. */
  readonly path: string;
  readonly filesystemUuid: string;
  /** The directory, from that file system's top and without a leading slash, in which GRUB finds its grub.cfg. */
  readonly home: string;
  /** Whether it makes GRUB look paths up from the default subvolume (Fedora's and SUSE's btrfs driver). */
  readonly relative: boolean;
}

/** What the running system offers and tells. */
export interface ToolFacts {
  /** The distribution's menu generator of the running root, for instance `/usr/sbin/grub2-mkconfig`. */
  readonly mkconfig: string | undefined;
  readonly scriptCheck: string | undefined;
  /** What starts GRUB: a stub of UEFI's tells where; a BIOS core image keeps it to itself. */
  readonly firmware: 'uefi' | 'bios' | 'unknown';
  readonly stubs: readonly StubFacts[];
  /** What the loader that started the machine calls itself (systemd, "Boot Loader Interface"); undefined where it is silent. */
  readonly loaderInfo: string | undefined;
  /** Boot Loader Specification entries, or systemd's note about them, on partitions that firmware can read. */
  readonly espEntries: readonly string[];
  /** Text of the "needs sync" mark that an earlier run left, if any. */
  readonly needsSync: string | undefined;
}
