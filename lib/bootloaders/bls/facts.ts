import type { FileText, LoaderMachineFacts, LoaderRootFacts } from '../../model/observation.ts';

/** The name of this boot loader in facts. */
export const blsName = 'bls';

/** The directory with the entries, from the top of the partition (Boot Loader Specification, "Type #1"). */
export const entriesDirectory = 'loader/entries';

/** What the observer reads for a root, on the partition with the entries that the root mounts. */
export interface BlsRootFacts extends LoaderRootFacts {
  readonly loader: typeof blsName;
  /** Undefined for a root that does not mount the partition. */
  readonly partition: BlsPartition | undefined;
}

/** The files on the partition from which the boot loader reads entries. Paths are from its top. */
export interface BlsPartition {
  /** be-hook's own entries. */
  readonly entries: readonly FileText[];
  /** The entries of the distribution. */
  readonly distribution: readonly FileText[];
  /** The settings of systemd-boot (loader.conf(5)). */
  readonly settings: FileText;
  /** Files that an interrupted run of be-hook left. No boot loader reads them. */
  readonly unfinishedWork: readonly string[];
}

/** What the observer reads on the machine. */
export interface BlsMachineFacts extends LoaderMachineFacts {
  readonly loader: typeof blsName;
  /**
   * The value of the firmware variable LoaderEntryDefault, which comes before all settings in files (systemd, "Boot Loader
   * Interface"). Undefined if it is not set, and if the file system is not the running one.
   */
  readonly chosen: string | undefined;
}

/** This boot loader's facts of a root: the partition; undefined also if another one's observer read the root. */
export function blsPartition({ loaderFacts }: { readonly loaderFacts: LoaderRootFacts }): BlsPartition | undefined {
  return isBlsRoot(loaderFacts) ? loaderFacts.partition : undefined;
}

/** The value of LoaderEntryDefault. */
export function chosenEntry({ loaderFacts }: { readonly loaderFacts: LoaderMachineFacts }): string | undefined {
  return isBlsMachine(loaderFacts) ? loaderFacts.chosen : undefined;
}

function isBlsRoot(facts: LoaderRootFacts): facts is BlsRootFacts {
  return facts.loader === blsName;
}

function isBlsMachine(facts: LoaderMachineFacts): facts is BlsMachineFacts {
  return facts.loader === blsName;
}
