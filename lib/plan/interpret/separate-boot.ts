import {
  type KeptCopy,
  type KeptKind,
  type KernelRecord,
  keptPlace,
  type RecordedFile,
} from '../../model/kernel-record.ts';
import type { BootFile, BootFilesystemFacts, Observation, RootFacts, StampedFile } from '../../model/observation.ts';
import { isSamePlace, type Place, printPlace } from '../../model/place.ts';
import { isProblem } from '../../model/problem.ts';
import { findBootLine } from './boot-line.ts';
import { readFstab } from './file-text.ts';
import { listRecords } from './kernel-records.ts';
import { findImage, findInitrd, isVersion, releaseOfImage, targetOf } from './kernels.ts';
import { isNamed } from './volumes.ts';

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

/** Whether a root mounts the separate /boot that was observed. */
export function mountsBoot(root: RootFacts, { boot }: Pick<Observation, 'boot'>): boolean {
  const fstab = readFstab(root);
  const line = isProblem(fstab) ? undefined : findBootLine(fstab);
  return line !== undefined && boot !== undefined && isNamed(line, boot);
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
  const facts: Facts = { root, observation, boot, records: listRecords(observation) };
  const files: BootFile[] = boot.files.filter(({ name }) => !isKernelFile(name));
  const copies: KeptCopy[] = [];
  const recorded = new Map<string, RecordedFiles>();
  const own = new Set<string>();
  for (const release of root.moduleReleases) {
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
    recorded.set(
      release,
      Object.fromEntries(
        found.flatMap(({ slot, placed }) => (placed.record === undefined ? [] : [[slot.key, placed.record]])),
      ),
    );
  }
  return { files, copies, recorded, own };
}

interface Facts {
  readonly root: RootFacts;
  readonly observation: Observation;
  readonly boot: BootFilesystemFacts;
  readonly records: ReadonlyMap<string, KernelRecord>;
}

/** The two files of a kernel. */
interface Slot {
  readonly key: 'image' | 'initrd';
  readonly kind: KeptKind;
  readonly find: <F extends BootFile>(release: string, files: readonly F[]) => F | undefined;
  readonly nameOf: (release: string) => string;
}

const slots: readonly Slot[] = [
  { key: 'image', kind: 'vmlinuz', find: findImage, nameOf: (release) => `vmlinuz-${release}` },
  { key: 'initrd', kind: 'initramfs', find: findInitrd, nameOf: (release) => `initramfs-${release}.img` },
];

/** The content of a file, and where it is now. */
interface Content {
  readonly from: BootFile;
  /** The file with the distribution's name, if that has the content. */
  readonly shared: StampedFile | undefined;
  readonly digest: string | undefined;
}

function findContent(slot: Slot, release: string, facts: Facts): Content | undefined {
  const { root, boot, observation } = facts;
  const made = slot.find(release, root.privateBoot.files);
  if (made !== undefined)
    return { from: made, shared: undefined, digest: observation.digests[printPlace(targetOf(made))] };
  const shared = slot.find(release, boot.files);
  if (shared !== undefined && isOwn(slot, release, shared, facts)) {
    return { from: shared, shared, digest: digestOfShared(slot, release, shared, facts) };
  }
  const digest = digestOf(recordedIn(slot, release, facts), slot, release, facts);
  const from = digest === undefined ? undefined : findByDigest(slot, release, digest, facts);
  return from === undefined ? undefined : { from, shared: undefined, digest };
}

function recordedIn(slot: Slot, release: string, { root, records }: Facts): RecordedFile | undefined {
  return records.get(root.subvolume.path)?.kernels[release]?.[slot.key];
}

function isOwn(slot: Slot, release: string, { stamp, size }: StampedFile, facts: Facts): boolean {
  const { root, observation, records } = facts;
  const recorded = recordedIn(slot, release, facts);
  if (recorded?.stamp === stamp) return true;
  const isKnown = [...records.values()].some((record) => record.kernels[release]?.[slot.key]?.stamp === stamp);
  if (!isKnown && root.subvolume.id === observation.filesystem.runningSubvolume) return true;
  if (recorded !== undefined) return false;
  // A root that be-hook has not recorded yet, for instance a snapshot of another program.
  const module = root.moduleImages.find((file) => isImageOf(file, release));
  return slot.key !== 'image' || module === undefined || module.size === size;
}

function digestOfShared(slot: Slot, release: string, file: StampedFile, facts: Facts): string | undefined {
  return facts.observation.digests[printPlace(targetOf(file))] ?? digestOf(file, slot, release, facts);
}

/** The digest of a content that has this stamp in any record. */
function digestOf(
  file: { readonly stamp?: string; readonly digest?: string } | undefined,
  slot: Slot,
  release: string,
  { records }: Facts,
): string | undefined {
  if (file?.digest !== undefined || file?.stamp === undefined) return file?.digest;
  const same = [...records.values()].map((record) => record.kernels[release]?.[slot.key]);
  return same.find((recorded) => recorded?.stamp === file.stamp && recorded?.digest !== undefined)?.digest;
}

/** Where the content with this digest is: its kept copy, the shared file, or the image beside the modules. */
function findByDigest(slot: Slot, release: string, digest: string, facts: Facts): BootFile | undefined {
  const { root, boot, observation } = facts;
  const kept = findKept(keptPlace(slot.kind, release, digest), digest, facts);
  if (kept !== undefined) return kept;
  const shared = slot.find(release, boot.files);
  if (shared !== undefined && digestOfShared(slot, release, shared, facts) === digest) return shared;
  return slot.key === 'initrd'
    ? undefined
    : root.moduleImages.find((file) => observation.digests[printPlace(targetOf(file))] === digest);
}

/** A kept copy counts only if a record names it. Another one may be incomplete after a power cut. */
function findKept(place: Place, digest: string, { boot, records }: Facts): StampedFile | undefined {
  const sizes = [...records.values()].flatMap(({ kernels }) =>
    Object.values(kernels).flatMap(({ image, initrd }) =>
      [image, initrd].flatMap((file) => (file?.digest === digest ? [file.size] : [])),
    ),
  );
  return boot.kept.find((file) => isSamePlace(targetOf(file), place) && sizes.includes(file.size));
}

interface Placed {
  readonly file: BootFile;
  readonly copy: KeptCopy | undefined;
  readonly record: RecordedFile | undefined;
}

function place(slot: Slot, release: string, { from, shared, digest }: Content, isAlone: boolean, facts: Facts): Placed {
  const name = slot.nameOf(release);
  const { size } = from;
  const stamp = shared === undefined ? {} : { stamp: shared.stamp };
  if (digest === undefined || (isAlone && shared !== undefined)) {
    return { file: { ...from, name }, copy: undefined, record: shared === undefined ? undefined : { size, ...stamp } };
  }
  const to = keptPlace(slot.kind, release, digest);
  const file: BootFile = { name, ...to, target: to.path, size, fault: from.fault };
  const isThere = from.fault !== undefined || findKept(to, digest, facts) !== undefined;
  const copy = isThere ? undefined : { from: targetOf(from), to, digest, size };
  return { file, copy, record: { size, ...stamp, digest } };
}

/**
 * The files whose digests a plan needs: those of releases that several roots or snapshots have, those that jobs made, and
 * everything that may replace a lost copy. With `all` also the files that only one root boots, because it will be copied.
 */
export function listUndigested(observation: Observation, all: boolean): readonly Place[] {
  const { boot } = observation;
  const roots = boot === undefined ? [] : observation.roots.filter((root) => mountsBoot(root, observation));
  const records = listRecords(observation);
  const found = roots.flatMap((root) =>
    boot === undefined
      ? []
      : root.moduleReleases.flatMap((release) => undigestedOf(release, { root, observation, boot, records }, all)),
  );
  return [...new Map(found.map((file) => [printPlace(targetOf(file)), targetOf(file)])).values()];
}

function undigestedOf(release: string, facts: Facts, all: boolean): readonly BootFile[] {
  const { root, boot } = facts;
  const isAlone = !all && isOnlyHolder(release, facts);
  return slots.flatMap((slot) => {
    const made = slot.find(release, root.privateBoot.files) ?? [];
    const shared = slot.find(release, boot.files);
    const isUnknown = shared !== undefined && !isAlone && digestOfShared(slot, release, shared, facts) === undefined;
    const digest = digestOf(recordedIn(slot, release, facts), slot, release, facts);
    const isLost =
      slot.key === 'image' && digest !== undefined && findByDigest(slot, release, digest, facts) === undefined;
    return [
      made,
      isUnknown ? shared : [],
      isLost ? root.moduleImages.filter((file) => isImageOf(file, release)) : [],
    ].flat();
  });
}

function isImageOf({ name, path }: BootFile, release: string): boolean {
  return name === 'vmlinuz' && path.split('/').at(-2) === release;
}

/** Whether no other root or snapshot has this release. */
function isOnlyHolder(release: string, { root, observation, records }: Facts): boolean {
  const { path } = root.subvolume;
  const { runningSubvolume } = observation.filesystem;
  const others = observation.roots.filter(
    ({ subvolume, mark }) => subvolume.path !== path && (mark !== undefined || subvolume.id === runningSubvolume),
  );
  return (
    !others.some((other) => other.moduleReleases.includes(release) && mountsBoot(other, observation)) &&
    ![...records].some(([holder, record]) => holder !== path && record.kernels[release] !== undefined)
  );
}

/** Whether a name in /boot is that of a kernel whose modules lie in a root, or of its initramfs. */
function isKernelFile(name: string): boolean {
  const release = releaseOfImage(name) ?? /^(?:initramfs|initrd(?:\.img)?)-(.+?)(?:\.img|\.gz)?$/.exec(name)?.[1];
  return release !== undefined && isVersion(release);
}
