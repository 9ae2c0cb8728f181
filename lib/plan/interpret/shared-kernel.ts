import { type KeptKind, keptPlace, type RecordedFile } from '../../model/kernel-record.ts';
import type { BootFile, BootFilesystemFacts, Observation, RootFacts, StampedFile } from '../../model/observation.ts';
import { isSamePlace, type Place, printPlace } from '../../model/place.ts';
import { contentKey, type FileKey, type KernelIndex } from './kernel-index.ts';
import { findImage, findInitrd, targetOf } from './kernels.ts';

/** A root, and everything that decides which files on the separate /boot are its own. */
export interface SharedFacts {
  readonly root: RootFacts;
  readonly observation: Observation;
  readonly boot: BootFilesystemFacts;
  readonly index: KernelIndex;
}

/** One of the two files of a kernel. */
export interface Slot {
  readonly key: FileKey;
  readonly kind: KeptKind;
  readonly find: <F extends BootFile>(release: string, files: readonly F[]) => F | undefined;
  readonly nameOf: (release: string) => string;
}

/** The files of a kernel. */
export const slots: readonly Slot[] = [
  { key: 'image', kind: 'vmlinuz', find: findImage, nameOf: (release) => `vmlinuz-${release}` },
  { key: 'initrd', kind: 'initramfs', find: findInitrd, nameOf: (release) => `initramfs-${release}.img` },
];

/** What the record of the root says about a file. */
export function recordedIn({ key }: Slot, release: string, { root, index }: SharedFacts): RecordedFile | undefined {
  return index.records.get(root.subvolume.path)?.kernels[release]?.[key];
}

/**
 * The file that a job made in the private /boot of the root. Undefined once its content is recorded: later the environment
 * may get another content while it runs.
 */
export function findMade(slot: Slot, release: string, facts: SharedFacts): StampedFile | undefined {
  const found = slot.find(release, facts.root.privateBoot.files);
  return found?.stamp === recordedIn(slot, release, facts)?.made ? undefined : found;
}

/** The digest of a file with the distribution's name; undefined if it is not known. */
export function digestOfShared(slot: Slot, release: string, file: StampedFile, facts: SharedFacts): string | undefined {
  return facts.observation.digests[printPlace(targetOf(file))] ?? digestOf(file, slot, release, facts);
}

/** The digest of a content: its own, or the one that any record has for its stamp. */
export function digestOf(
  file: { readonly stamp?: string; readonly digest?: string } | undefined,
  { key }: Slot,
  release: string,
  { index }: SharedFacts,
): string | undefined {
  if (file?.digest !== undefined || file?.stamp === undefined) return file?.digest;
  return index.contents.get(contentKey(key, release))?.get(file.stamp);
}

/** Where the content with this digest is: its kept copy, the shared file, or the image beside the modules. */
export function findByDigest(slot: Slot, release: string, digest: string, facts: SharedFacts): BootFile | undefined {
  const { root, boot, observation } = facts;
  const kept = findKept(keptPlace(slot.kind, release, digest), digest, facts);
  if (kept !== undefined) return kept;
  const shared = slot.find(release, boot.files);
  if (shared !== undefined && digestOfShared(slot, release, shared, facts) === digest) return shared;
  return slot.key === 'initrd'
    ? undefined
    : root.moduleImages.find((file) => observation.digests[printPlace(targetOf(file))] === digest);
}

/**
 * A kept copy counts only if a record names it. Another one may be incomplete after a power cut. Where its content was
 * read, that has to be the right one.
 */
export function findKept(
  place: Place,
  digest: string,
  { boot, index, observation }: SharedFacts,
): StampedFile | undefined {
  const sizes = index.sizes.get(digest);
  const isRight = (observation.digests[printPlace(place)] ?? digest) === digest;
  return boot.kept.find((file) => isRight && isSamePlace(targetOf(file), place) && sizes?.has(file.size) === true);
}

/** Whether a file of a module directory is the image of a release. */
export function isImageOf({ name, path }: BootFile, release: string): boolean {
  return name === 'vmlinuz' && path.split('/').at(-2) === release;
}

/** Whether no other boot environment and no snapshot has this release. */
export function isOnlyHolder(release: string, { root, index }: SharedFacts): boolean {
  return [...(index.holders.get(release) ?? [])].every((path) => path === root.subvolume.path);
}
