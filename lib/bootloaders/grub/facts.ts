import type { BootEnvironment } from '../../model/environment.ts';
import type { FileText, LoaderMachineFacts, LoaderRootFacts } from '../../model/observation.ts';
import type { Place } from '../../model/place.ts';

/** The name of this boot loader in facts. */
export const grubName = 'grub';

/** What GRUB's observer reads in a root. Paths are from the top of the file system, without a leading slash. */
export interface GrubRootFacts extends LoaderRootFacts {
  readonly loader: typeof grubName;
  /** /etc/default/grub, and the files of /etc/default/grub.d. */
  readonly defaults: readonly FileText[];
  readonly menuDirectories: readonly MenuDirectoryFacts[];
  /** `/etc/grub.d` or its equivalent: the directory with the scripts of the distribution's menu generator. */
  readonly generatorDirectory: string | undefined;
  readonly generatorScript: FileText;
}

/** A directory from which GRUB may read its menu. */
export interface MenuDirectoryFacts extends Place {
  /** False for a directory that would have to be made first. */
  readonly exists: boolean;
  readonly grubCfg: FileText;
  readonly menu: FileText;
  /** GRUB's environment block in the same directory. */
  readonly grubenv: FileText;
  /**
   * Files that an interrupted run of be-hook left, and the path that each was to replace: on the same file system as the
   * directory.
   */
  readonly unfinishedWork: readonly { readonly path: string; readonly target: string }[];
  /** When grub-install last installed GRUB itself here, in seconds since 1970; undefined if it never did. */
  readonly grubInstalled: number | undefined;
  /** Whether the distribution's grub.cfg parses. be-hook checks that only where it can and where it matters. */
  readonly grubCfgParses: boolean;
  /** Set where the file system cannot replace a file safely: see `FilesystemAbilities.atomicRename`. */
  readonly inPlace?: InPlaceFacts | undefined;
}

/** The files that a GRUB directory has only where the file system cannot replace a file safely. */
export interface InPlaceFacts {
  /** The files with the names that a menu can have there: see `menuNames`. */
  readonly menus: readonly FileText[];
  /** custom.cfg, which the distribution's grub.cfg executes if it exists (util/grub.d/41_custom.in). */
  readonly custom: FileText;
}

/** The target of a small grub.cfg on an EFI system partition that leads GRUB to another one. */
export interface StubFacts {
  /** The path of the stub. */
  readonly path: string;
  readonly filesystemUuid: string;
  /** The directory, from that file system's top and without a leading slash, in which GRUB finds its grub.cfg. */
  readonly menuDirectory: string;
  /** Whether it makes GRUB resolve paths from the default subvolume (Fedora's and SUSE's btrfs driver). */
  readonly relative: boolean;
}

/** What GRUB's observer reads on the machine. Empty where the file system is not the running one. */
export interface GrubMachineFacts extends LoaderMachineFacts {
  readonly loader: typeof grubName;
  /** The distribution's menu generator of the running root, for instance `/usr/sbin/grub2-mkconfig`. */
  readonly mkconfig: string | undefined;
  /** GRUB's own parser, for instance `/usr/bin/grub2-script-check`. */
  readonly scriptCheck: string | undefined;
  /** A stub of UEFI's names the GRUB directory; a BIOS core image does not show it. */
  readonly stubs: readonly StubFacts[];
}

/**
 * The GRUB directories that belong to a boot environment. All environments share those on a separate /boot. They belong
 * to the active one.
 */
export function ownDirectories(
  environment: Pick<BootEnvironment, 'loaderFacts' | 'active' | 'keptImages'>,
): readonly MenuDirectoryFacts[] {
  const { active, keptImages } = environment;
  return grubRoot(environment).menuDirectories.filter(({ on }) =>
    keptImages === undefined ? on === 'root' : on === 'boot' && active,
  );
}

const noRootFacts: GrubRootFacts = {
  loader: grubName,
  defaults: [],
  menuDirectories: [],
  generatorDirectory: undefined,
  generatorScript: { kind: 'missing', path: '' },
};

/** GRUB's facts of a root; no facts if another boot loader's observer read it. */
export function grubRoot({ loaderFacts }: { readonly loaderFacts: LoaderRootFacts }): GrubRootFacts {
  return isGrubRoot(loaderFacts) ? loaderFacts : noRootFacts;
}

/** GRUB's facts of the machine; no facts if another boot loader's observer read them. */
export function grubMachine({ loaderFacts }: { readonly loaderFacts: LoaderMachineFacts }): GrubMachineFacts {
  if (isGrubMachine(loaderFacts)) return loaderFacts;
  return { loader: grubName, mkconfig: undefined, scriptCheck: undefined, stubs: [] };
}

function isGrubRoot(facts: LoaderRootFacts): facts is GrubRootFacts {
  return facts.loader === grubName;
}

function isGrubMachine(facts: LoaderMachineFacts): facts is GrubMachineFacts {
  return facts.loader === grubName;
}
