import { parseBlsEntry } from '../../formats/bls-entry.ts';
import { commandLineFor, parseCommandLine, printCommandLine, withoutRoot } from '../../formats/kernel-command-line.ts';
import { printKernelRecord } from '../../formats/kernel-record.ts';
import type { Kernel } from '../../model/kernel.ts';
import type {
  KeptImages,
  KernelRecord,
  RecordedFile,
  RecordedKernel,
  RecordedSavedEntry,
} from '../../model/kernel-record.ts';
import type { FileText, Observation, RootFacts } from '../../model/observation.ts';
import { isProblem, type Problem } from '../../model/problem.ts';
import type { SavedEntry } from '../../model/saved-entry.ts';
import type { CommandLine, LoaderView } from '../loader.ts';
import { findEntryOf, listBlsEntries } from './bls-entries.ts';
import { kernelIndexOf, mountsBoot } from './kernel-index.ts';
import { hasRecord, recordOf } from './kernel-records.ts';
import { type InterpretedKernels, interpretKernels, isVersion } from './kernels.ts';
import { isKernelFile, type RecordedFiles, type ResolvedBoot, resolveSeparateBoot } from './separate-boot.ts';

type CommandLinesOf = LoaderView['commandLines'];

/** A root as if it had a /boot of its own, and what differs because it has none. */
export interface OwnBoot {
  readonly root: RootFacts;
  /** Its kernels, with its own command lines, whatever other environments wrote into shared entries. */
  readonly kernels: (name: string, view: LoaderView) => InterpretedKernels | Problem;
  readonly ownSavedEntry: (entry: SavedEntry) => SavedEntry;
  /** What be-hook keeps for these kernels. */
  readonly keptImages: (kernels: readonly Kernel[], savedEntry: SavedEntry) => KeptImages | undefined;
}

/** Interprets the /boot of a root: its own directory, or its part of a separate /boot. */
export function interpretBoot(root: RootFacts, observation: Observation): OwnBoot {
  const { boot, filesystem } = observation;
  if (boot === undefined || !mountsBoot(root, observation)) {
    const kernels: OwnBoot['kernels'] = (name, view) => interpretKernels(root, name, view, filesystem.uuid);
    return { root, kernels, ownSavedEntry: (entry) => entry, keptImages: () => undefined };
  }
  const resolved = resolveSeparateBoot(root, observation, boot);
  const runs = root.subvolume.id === filesystem.runningSubvolume;
  const own: RootFacts = {
    ...root,
    boot: { kind: 'directory', files: resolved.files, subvolume: undefined, mountedFrom: undefined },
    // GRUB would need two file systems for one entry.
    moduleImages: [],
    blsEntries: [...root.privateBoot.blsEntries, ...root.blsEntries.filter((file) => isOwnEntry(file, resolved.own))],
  };
  return {
    root: own,
    kernels: (name, view) => {
      const commandLines = ownCommandLines(root, observation, view.commandLines);
      return interpretKernels(own, name, { ...view, commandLines }, filesystem.uuid);
    },
    ownSavedEntry: (entry) => ownSavedEntry(entry, recordSavedEntry(entry, root, observation), runs),
    keptImages: (kernels, entry) =>
      keepImages(root, observation, resolved, kernels, recordSavedEntry(entry, root, observation)),
  };
}

/**
 * What be-hook has to keep for these kernels of a root so that it boots nothing but kept copies. Undefined for a root
 * with a /boot of its own.
 */
export function keepAllImages(
  root: RootFacts,
  observation: Observation,
  kernels: readonly Kernel[],
): KeptImages | undefined {
  const { boot } = observation;
  if (boot === undefined || !mountsBoot(root, observation)) return undefined;
  const { savedEntry } = recordOf(root.subvolume, observation) ?? {};
  return keepImages(root, observation, resolveSeparateBoot(root, observation, boot, true), kernels, savedEntry);
}

/**
 * The saved entry that belongs to one environment. A job makes it in the private /boot. A later change of the shared
 * variable, while the environment runs, replaces it.
 */
function recordSavedEntry(
  { value = '', made, pending }: SavedEntry,
  { subvolume }: RootFacts,
  observation: Observation,
): RecordedSavedEntry | undefined {
  const runs = subvolume.id === observation.filesystem.runningSubvolume;
  if (made !== undefined && !runs) {
    return { ...(made.release === undefined ? {} : { release: made.release }), shared: value };
  }
  const recorded = recordOf(subvolume, observation)?.savedEntry;
  return runs && (recorded?.shared !== value || pending !== undefined) ? undefined : recorded;
}

/**
 * Without a record the shared variable serves all environments. It names the kernel that was installed last, in any of
 * them.
 */
function ownSavedEntry(entry: SavedEntry, recorded: RecordedSavedEntry | undefined, runs: boolean): SavedEntry {
  const none = { foreign: undefined, pending: undefined };
  if (recorded !== undefined) return { release: recorded.release, ...none, recorded: true };
  return runs ? entry : { ...entry, ...none };
}

/** Entries of rescue kernels are for all environments. */
function isOwnEntry(file: FileText, own: ReadonlySet<string>): boolean {
  if (file.kind !== 'text') return true;
  const { version, linux = '' } = parseBlsEntry(file.text);
  const release = version ?? /vmlinuz-(.+)$/.exec(linux)?.[1] ?? '';
  return !isVersion(release) || own.has(release);
}

/**
 * The shared boot loader entries have the command line that the last program wrote, in any environment. The running one
 * may have changed its own. A line that is recorded for another environment is not such a change.
 */
function ownCommandLines(root: RootFacts, observation: Observation, fromLoader: CommandLinesOf): CommandLinesOf {
  const { path, id } = root.subvolume;
  const runs = id === observation.filesystem.runningSubvolume;
  const recorded = recordOf(root.subvolume, observation)?.kernels;
  const { options: recordedOptions } = kernelIndexOf(observation);
  // A job in the environment wrote it.
  const made = listBlsEntries({ ...root, blsEntries: root.privateBoot.blsEntries });
  return (location) => {
    const lines = fromLoader(location);
    if (isProblem(lines)) return lines;
    return (release) => {
      const found = lines(release);
      const options = recorded?.[release]?.options;
      if (options === undefined) return found;
      const recordedLine = commandLineFor(parseCommandLine(options), location);
      if (isProblem(found) && found.code === 'file-unreadable')
        return {
          options: recordedLine,
          path: '',
          unknown: [],
          overlays: [],
          unread: { problems: [found], isDoubtful: false },
        };
      if (isProblem(found)) return found;
      const line = printOptions(found.options);
      const known = recordedOptions.get(release) ?? [];
      const isForeign = line !== options && known.some((other) => other.path !== path && other.options === line);
      if (findEntryOf(made, release) !== undefined) return found;
      const own: CommandLine = { ...found, options: recordedLine, unknown: [] };
      return runs && !isForeign && found.unread?.isDoubtful !== true ? found : own;
    };
  };
}

function printOptions(options: readonly string[]): string {
  return printCommandLine(withoutRoot(options));
}

function keepImages(
  root: RootFacts,
  observation: Observation,
  { copies, recorded }: ResolvedBoot,
  kernels: readonly Kernel[],
  savedEntry: RecordedSavedEntry | undefined,
): KeptImages {
  const present = recordOf(root.subvolume, observation);
  const optionsOf = (release: string): Pick<RecordedKernel, 'options'> => {
    const kernel = kernels.find((candidate) => candidate.release === release);
    return kernel === undefined ? {} : { options: printOptions(kernel.options) };
  };
  // A kernel that has lost a file keeps its record as long as its modules exist. The other file is not deleted.
  const entries = root.moduleReleases
    .map((release): [string, RecordedKernel] => [
      release,
      recordKernel(present?.kernels[release], optionsOf(release), recorded.get(release)),
    ])
    .filter(([, kernel]) => kernel.image !== undefined || kernel.initrd !== undefined);
  const record: KernelRecord = {
    version: present?.version ?? 1,
    kernels: Object.fromEntries(entries),
    ...(present?.requires && { requires: present.requires }),
    ...(present?.more && { more: present.more }),
    ...(savedEntry && { savedEntry }),
  };
  const isReadable = present !== undefined || !hasRecord(root.subvolume, observation);
  const isRecorded = !isReadable || (present !== undefined && printKernelRecord(present) === printKernelRecord(record));
  const { files, blsEntries, variables } = root.privateBoot;
  const made = files.filter(({ name }) => isKernelFile(name));
  return {
    copies,
    record,
    isRecorded,
    isReadable,
    collected: [...made, ...blsEntries, ...variables].map((file) => file.path),
  };
}

function recordKernel(
  present: RecordedKernel | undefined,
  options: Pick<RecordedKernel, 'options'>,
  { image, initrd }: RecordedFiles = {},
): RecordedKernel {
  return {
    ...present,
    ...options,
    ...(image && { image: { ...moreOf(present?.image, image), ...image } }),
    ...(initrd && { initrd: { ...moreOf(present?.initrd, initrd), ...initrd } }),
  };
}

/** What the record says about the same content in fields that this version does not know. */
function moreOf(present: RecordedFile | undefined, file: RecordedFile): object {
  if (present === undefined) return {};
  const { stamp, digest } = present;
  const isSame = digest === undefined || file.digest === undefined ? stamp === file.stamp : digest === file.digest;
  const known = ['size', 'stamp', 'digest', 'made', 'foreign'];
  return isSame ? Object.fromEntries(Object.entries(present).filter(([field]) => !known.includes(field))) : {};
}
