import type { Place } from './place.ts';

/** What `doctor` reads in addition to what every planner needs. */
export interface Evidence {
  /** The start of each kernel and initramfs that a menu may load, by its printed place. */
  readonly heads: Readonly<Record<string, FileHead>>;
  /** By the ids of the subvolumes. */
  readonly roots: Readonly<Record<number, RootEvidence>>;
  readonly machine: MachineEvidence;
}

/** The start of a file. */
export interface FileHead {
  /** At most `headSize` bytes. */
  readonly bytes: Uint8Array;
  /** Of the whole file, in bytes. */
  readonly size: number;
}

/** How many bytes of a file to read. The header of a Linux image, and that of an executable for UEFI, lie within. */
export const headSize = 4096;

/** Facts about one root. */
export interface RootEvidence {
  /** The text of /etc/machine-id; undefined if the file is missing or cannot be read. */
  readonly machineId: string | undefined;
  /** Whether /.autorelabel exists (selinux(8)). */
  readonly relabels: boolean;
}

/** Facts about the machine. */
export interface MachineEvidence {
  /** Whether Secure Boot is on. False where be-hook cannot know it. */
  readonly secureBoot: boolean;
  /** The names of hooks that are installed; undefined if this is not the machine's own file system. */
  readonly hooks: readonly string[] | undefined;
  /** The sources in fstabs that no device of this machine has. Empty if this is not the machine's own file system. */
  readonly missingSources: readonly string[];
  /** What the firmware starts. Undefined where be-hook cannot know it. */
  readonly firmware: FirmwareStart | undefined;
}

/** The program that the first active boot entry of the firmware names. */
export interface FirmwareStart {
  /** The name of the entry. */
  readonly label: string;
  readonly path: string;
  readonly exists: boolean;
}

/** What to read for the checks. */
export interface EvidenceRequest {
  readonly heads: readonly Place[];
  readonly roots: readonly { readonly id: number; readonly path: string }[];
  /** Sources of lines in fstabs. */
  readonly sources: readonly string[];
}
