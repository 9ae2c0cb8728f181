import { isSafeRelease } from '../../model/kernel.ts';
import { type KeptCopy, keptPlace, type RecordedFile } from '../../model/kernel-record.ts';
import type { BootFile, BootFilesystemFacts, Observation, RootFacts, StampedFile } from '../../model/observation.ts';
import { printPlace } from '../../model/place.ts';
import { contentKey, kernelIndexOf } from './kernel-index.ts';
import { isVersion, releaseOfImage, targetOf } from './kernels.ts';
import {
  digestOf,
  digestOfShared,
  findByDigest,
  findKept,
  findMade,
  isImageOf,
  isOnlyHolder,
  recordedIn,
  type SharedFacts,
  type Slot,
  slots,
} from './shared-kernel.ts';

/** The files of the kernels of a root with a separate /boot. */
export interface ResolvedBoot {
  /** The files that its entries name, with the names that they have in the /boot of a single system. */
  readonly files: readonly BootFile[];
  /** Copies of them that do not exist yet. */
  readonly copies: readonly KeptCopy[];
  /** What the record has to say about the files, by kernel release. */
  readonly recorded: ReadonlyMap<string, RecordedFiles>;
  /** The releases whose files in /boot belong to this root. */
  readonly own: ReadonlySet<string>;
}

/** The files of one kernel in a record. */
export interface RecordedFiles {
  readonly image?: RecordedFile;
  readonly initrd?: RecordedFile;
}

/**
 * Finds the files of a root's kernels on a separate /boot. A root boots the file with the distribution's name only if no
 * other root or snapshot has the same release: any other one could overwrite or delete the file. With `keep` it boots
 * kept copies in any case. The content of a file in /boot belongs to the roots that recorded it, to the running root
 * after a change that none recorded, and to roots without a record.
 */
export function resolveSeparateBoot(
  root: RootFacts,
  observation: Observation,
  boot: BootFilesystemFacts,
  keep = false,
): ResolvedBoot {
  const facts: SharedFacts = { root, observation, boot, index: kernelIndexOf(observation) };
  const files: BootFile[] = boot.files.filter(({ name }) => !isKernelFile(name) || hasUnsafeRelease(name, root));
  const copies: KeptCopy[] = [];
  const recorded = new Map<string, RecordedFiles>();
  const own = new Set<string>();
  for (const release of root.moduleReleases.filter(isSafeRelease)) {
    const isAlone = !keep && isOnlyHolder(release, facts);
    const found = slots.flatMap((slot) => {
      const content = findContent(slot, release, facts);
      return content === undefined ? [] : [{ slot, content, placed: place(slot, release, content, isAlone, facts) }];
    });
    for (const { slot, content, placed } of found) {
      files.push(placed.file);
      if (placed.copy !== undefined) copies.push(placed.copy);
      if (content.shared !== undefined && slot.key === 'image') own.add(release);
    }
    if (found.length < slots.length) files.push(...findLost(release, facts));
    recorded.set(
      release,
      Object.fromEntries(
        found.flatMap(({ slot, placed }) => (placed.record === undefined ? [] : [[slot.key, placed.record]])),
      ),
    );
  }
  return { files, copies, recorded, own };
}

/** The kept copies of a kernel that its record names, and whose content does not exist any more. be-hook reports them. */
function findLost(release: string, facts: SharedFacts): readonly BootFile[] {
  return slots.flatMap((slot) => {
    const recorded = recordedIn(slot, release, facts);
    if (recorded?.digest === undefined || findContent(slot, release, facts) !== undefined) return [];
    const to = keptPlace(slot.kind, release, recorded.digest);
    return [{ name: slot.nameOf(release), ...to, target: to.path, size: recorded.size, fault: 'lost' as const }];
  });
}

/** A menu cannot hold such a kernel of the root. Its image stays among the files, so that be-hook reports it. */
function hasUnsafeRelease(name: string, { moduleReleases }: RootFacts): boolean {
  const release = releaseOfImage(name) ?? '';
  return !isSafeRelease(release) && moduleReleases.includes(release);
}

/** The content of a file, and where it is now. */
interface Content {
  readonly from: BootFile;
  /** The file with the distribution's name, if that has the content. */
  readonly shared: StampedFile | undefined;
  readonly digest: string | undefined;
  /** For the record: see `RecordedFile`. */
  readonly seen: Pick<RecordedFile, 'made' | 'foreign'>;
}

function findContent(slot: Slot, release: string, facts: SharedFacts): Content | undefined {
  const { boot, observation } = facts;
  const job = findMade(slot, release, facts);
  if (job !== undefined) {
    const digest = observation.digests[printPlace(targetOf(job))];
    return { from: job, shared: undefined, digest, seen: { made: job.stamp } };
  }
  const known = recordedIn(slot, release, facts)?.made;
  const made = known === undefined ? {} : { made: known };
  const shared = slot.find(release, boot.files);
  if (shared !== undefined && isOwn(slot, release, shared, facts)) {
    return { from: shared, shared, digest: digestOfShared(slot, release, shared, facts), seen: made };
  }
  const digest = digestOf(recordedIn(slot, release, facts), slot, release, facts);
  const from = digest === undefined ? undefined : findByDigest(slot, release, digest, facts);
  const seen = { ...made, ...findForeign(slot, release, shared, facts) };
  return from === undefined ? undefined : { from, shared: undefined, digest, seen };
}

/** The stamp of a file that is not this root's, as far as the root knows it now or knew it before. */
function findForeign(
  slot: Slot,
  release: string,
  shared: StampedFile | undefined,
  facts: SharedFacts,
): Pick<RecordedFile, 'foreign'> {
  if (shared === undefined) return {};
  const { stamp } = shared;
  const runs = facts.root.subvolume.id === facts.observation.filesystem.runningSubvolume;
  const isKnown = runs || facts.boot.foreign.includes(stamp) || recordedIn(slot, release, facts)?.foreign === stamp;
  return isKnown ? { foreign: stamp } : {};
}

function isOwn(slot: Slot, release: string, { stamp, size }: StampedFile, facts: SharedFacts): boolean {
  const { root, observation, boot, index } = facts;
  const recorded = recordedIn(slot, release, facts);
  if (recorded?.stamp === stamp) return true;
  if (recorded?.foreign === stamp) return false;
  const isKnown =
    boot.foreign.includes(stamp) || index.contents.get(contentKey(slot.key, release))?.has(stamp) === true;
  if (!isKnown && root.subvolume.id === observation.filesystem.runningSubvolume) return true;
  if (recorded !== undefined) return false;
  // A root that be-hook has not recorded yet, for instance a snapshot of another program.
  const module = root.moduleImages.find((file) => isImageOf(file, release));
  return slot.key !== 'image' || module === undefined || module.size === size;
}

interface Placed {
  readonly file: BootFile;
  readonly copy: KeptCopy | undefined;
  readonly record: RecordedFile | undefined;
}

function place(
  slot: Slot,
  release: string,
  { from, shared, digest, seen }: Content,
  isAlone: boolean,
  facts: SharedFacts,
): Placed {
  const name = slot.nameOf(release);
  const { size } = from;
  const stamp = shared === undefined ? {} : { stamp: shared.stamp };
  if (digest === undefined || (isAlone && shared !== undefined)) {
    const record = shared === undefined ? undefined : { size, ...stamp, ...seen };
    return { file: { ...from, name }, copy: undefined, record };
  }
  const to = keptPlace(slot.kind, release, digest);
  const file: BootFile = { name, ...to, target: to.path, size, fault: from.fault };
  const isThere = from.fault !== undefined || findKept(to, digest, facts) !== undefined;
  const copy = isThere ? undefined : { from: targetOf(from), to, digest, size };
  return { file, copy, record: { size, ...stamp, digest, ...seen } };
}

/** Whether a name in /boot is that of a kernel whose modules lie in a root, or of its initramfs. */
export function isKernelFile(name: string): boolean {
  const release = releaseOfImage(name) ?? /^(?:initramfs|initrd(?:\.img)?)-(.+?)(?:\.img|\.gz)?$/.exec(name)?.[1];
  return release !== undefined && isVersion(release);
}
