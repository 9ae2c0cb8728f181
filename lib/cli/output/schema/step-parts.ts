import * as v from 'valibot';
import type { TreeEntry } from '../../../model/drift.ts';
import type { KernelRecord, RecordedFile, RecordedKernel, RecordedSavedEntry } from '../../../model/kernel-record.ts';
import type { Mark, SnapshotMark } from '../../../model/mark.ts';
import type { SubvolumeMount, Unmounted } from '../../../model/mounting.ts';
import type { Part } from '../../../model/part.ts';
import type { VolumePolicy } from '../../../model/volume.ts';
import { absolutePath, pathFromTop, time, uuid, whole } from './common.ts';

/** The schemas of the members of an object, one for each. */
type MembersOf<T> = { readonly [K in keyof T]-?: v.GenericSchema };

const openMark = {
  version: v.pipe(whole, v.description('The lowest version of the format that a reader must know.')),
  requires: v.optional(v.array(v.string())),
  more: v.pipe(v.optional(v.record(v.string(), v.unknown())), v.description('Fields of a later version.')),
};

const awaitedCopy = v.object({ mountpoint: absolutePath, from: uuid, to: pathFromTop });

/** The mark of an environment, as be-hook stores it. */
export const mark = v.object({
  ...openMark,
  name: v.string(),
  uuid,
  created: time,
  id: v.optional(v.string()),
  former: v.optional(v.array(uuid)),
  description: v.optional(v.string()),
  held: v.optional(v.literal(true)),
  automatic: v.optional(v.literal(true)),
  restorePoint: v.optional(v.string()),
  state: v.optional(v.picklist(['upgrading', 'failed'])),
  firstBoot: v.optional(
    v.object({ copies: v.array(awaitedCopy), migration: v.optional(v.picklist(['due', 'begun'])) }),
  ),
} satisfies MembersOf<Mark>);

/** The mark of a snapshot, as be-hook stores it. */
export const snapshotMark = v.object({
  ...openMark,
  name: v.string(),
  uuid,
  created: time,
  of: v.pipe(v.string(), v.description('The id in the mark of its environment.')),
  description: v.optional(v.string()),
} satisfies MembersOf<SnapshotMark>);

const recordedFile = v.object({
  size: whole,
  stamp: v.pipe(v.optional(v.string()), v.description('Changes whenever a program writes the file.')),
  digest: v.pipe(v.optional(v.string()), v.description('SHA-256, in hexadecimal.')),
  made: v.pipe(v.optional(v.string()), v.description('The stamp of the file that a job in the environment made.')),
  foreign: v.pipe(
    v.optional(v.string()),
    v.description('The stamp of the file in /boot that belongs to another environment.'),
  ),
} satisfies MembersOf<RecordedFile>);

/** The record of the kernels of a root, as be-hook stores it. */
export const kernelRecord = v.object({
  ...openMark,
  kernels: v.record(
    v.string(),
    v.object({
      options: v.optional(v.string()),
      image: v.optional(recordedFile),
      initrd: v.optional(recordedFile),
    } satisfies MembersOf<RecordedKernel>),
  ),
  savedEntry: v.pipe(
    v.optional(
      v.object({ release: v.optional(v.string()), shared: v.string() } satisfies MembersOf<RecordedSavedEntry>),
    ),
    v.description('The kernel that a job in the environment made its default, and the shared variable at that time.'),
  ),
} satisfies MembersOf<KernelRecord>);

/** The policy of a volume, as be-hook stores it. */
export const volumePolicy = v.picklist([
  'shared',
  'cloned',
  'cloned-at-boot',
] as const satisfies readonly VolumePolicy[]);

const mounted = v.object({ id: whole, path: pathFromTop });

/** A subvolume and its mount point. */
export const subvolumeMount = v.object({
  mountpoint: absolutePath,
  subvolume: mounted,
  readOnly: v.boolean(),
} satisfies MembersOf<SubvolumeMount>);

/** A mount that be-hook removes. */
export const unmounted = v.object({
  mountpoint: absolutePath,
  subvolume: v.optional(mounted),
  readOnly: v.boolean(),
} satisfies MembersOf<Unmounted>);

/** A file, symbolic link or directory. */
export const treeEntry = v.object({
  kind: v.picklist(['file', 'symlink', 'directory']),
  content: v.pipe(v.string(), v.description('SHA-256 of a file, target of a symbolic link, empty for a directory.')),
  mode: v.pipe(whole, v.description('The permissions, as a decimal number.')),
  uid: whole,
  gid: whole,
  attributes: v.string(),
} satisfies MembersOf<TreeEntry>);

/** The part of a plan whose failure does not stop the rest. */
export const part = v.variant('of', [
  v.object({ of: v.literal('environment'), name: v.string() }),
  v.object({ of: v.literal('leftover'), path: pathFromTop }),
  v.object({ of: v.literal('menu'), path: pathFromTop }),
  v.object({ of: v.literal('own-files'), path: pathFromTop }),
  v.object({ of: v.literal('history') }),
] satisfies readonly v.GenericSchema<unknown, Part>[]);
