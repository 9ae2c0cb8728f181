import type { OpenFormat } from './open-format.ts';
import { onBoot, type Place } from './place.ts';

/**
 * The record of the kernels of a boot environment with a separate /boot, stored as the extended attribute
 * `trusted.be-hook.kernels` of its root directory. Other environments can overwrite or delete the files in such a /boot
 * that have the same kernel release in their names. A copy of the root inherits the record.
 */
export interface KernelRecord extends OpenFormat {
  /** By kernel release. */
  readonly kernels: Readonly<Record<string, RecordedKernel>>;
  /** The saved entry that a job in the environment made. Left out where the variable on /boot counts. */
  readonly savedEntry?: RecordedSavedEntry;
  /** Fields that this version does not know. be-hook writes them back unchanged. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A saved entry of one environment, although all environments share the boot loader's variable on /boot. */
export interface RecordedSavedEntry {
  /** Left out if the newest kernel boots by default. */
  readonly release?: string;
  /** The shared variable at that time. If it changes while the environment runs, the change counts. */
  readonly shared: string;
}

/** What is known about one kernel. */
export interface RecordedKernel {
  /** The command line, without the words that choose the root. */
  readonly options?: string;
  readonly image?: RecordedFile;
  readonly initrd?: RecordedFile;
}

/** The content of a file when be-hook recorded it. */
export interface RecordedFile {
  /** Bytes. */
  readonly size: number;
  /** The stamp of the file in /boot with the distribution's name, when that had this content. */
  readonly stamp?: string;
  /** SHA-256, in hexadecimal. be-hook keeps a copy of every file with a digest. Left out where the root boots the file itself. */
  readonly digest?: string;
  /** The stamp of the file that a job made in the private /boot of the root. The content of that file was recorded once. */
  readonly made?: string;
  /**
   * The stamp of the file in /boot while the root ran and the file belonged to another environment. The file then stays
   * foreign, also when the record of that environment is gone.
   */
  readonly foreign?: string;
}

/** The directory of a separate /boot, from its top, that has the kept copies. */
export const keptDirectory = 'be-hook';

/**
 * The directory, from a root, with the files that jobs wrote to their private /boot. A stream has the kernels of its system
 * there. A separate /boot hides it.
 */
export const privateBootDirectory = 'boot/.be-hook/upper';

/** The kinds of kept files. */
export type KeptKind = 'vmlinuz' | 'initramfs';

/**
 * The name of a kept copy. The digest alone makes it unique. FAT permits none of the replaced characters (Microsoft,
 * "FAT File System Specification"), and releases may have a colon.
 */
export function keptPlace(kind: KeptKind, release: string, digest: string): Place {
  return onBoot(`${keptDirectory}/${kind}-${release.replaceAll(':', '_')}-${digest.slice(0, 32)}`);
}

/** A copy that must exist before a menu names it. */
export interface KeptCopy {
  readonly from: Place;
  readonly to: Place;
  /** SHA-256, in hexadecimal. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** What be-hook keeps on a separate /boot for one environment, and records with it. */
export interface KeptImages {
  /** Copies that do not exist yet. */
  readonly copies: readonly KeptCopy[];
  /** The record that it should have. */
  readonly record: KernelRecord;
  /** Whether it has this record already. */
  readonly isRecorded: boolean;
  /** False if it has a record that this version cannot read. be-hook does not overwrite that record. */
  readonly isReadable: boolean;
  /** The files in its private /boot, from the top of the btrfs, that it no longer needs once they are kept and recorded. */
  readonly collected: readonly string[];
}
