import * as v from 'valibot';
import { filesystemIds } from '../../../model/place.ts';
import type { StepArgs, StepKind } from '../../../model/step.ts';
import { absolutePath, pathFromTop, sentence, uuid, whole } from './common.ts';
import type { Published } from './published.ts';
import {
  kernelRecord,
  mark,
  part,
  snapshotMark,
  subvolumeMount,
  treeEntry,
  unmounted,
  volumePolicy,
} from './step-parts.ts';

const path = pathFromTop;

const on = v.pipe(
  v.picklist(filesystemIds),
  v.description('The file system: root is the btrfs, boot a separate /boot, esp the EFI system partition.'),
);

const place = v.object({ on, path });

/** The members of each kind of step, beside those that all steps have. */
const stepMembers = {
  'take-lock': {},
  'set-mark': { path, mark },
  'clear-mark': { path },
  'begin-directory': { path },
  'finish-directory': { path },
  'protect-directory': { path },
  'create-subvolume': { path },
  'clone-subvolume': {
    from: path,
    to: path,
    id: v.optional(v.pipe(whole, v.description('The id of the source, if the source exists already.'))),
    otherwise: v.optional(v.picklist(['nothing', 'empty'])),
  },
  'replace-placeholder': { path, like: path },
  'freeze-subvolume': { path },
  'thaw-subvolume': { path },
  'set-snapshot-mark': { path, mark: snapshotMark },
  'set-volume-policy': { path, policy: volumePolicy },
  'mark-for-deletion': { path, uuid },
  'delete-subvolume': { path, id: whole },
  'wait-for-space': { ids: v.array(whole) },
  'remove-directory': { path },
  'append-history': { path, line: v.string() },
  'set-active': { uuid: v.optional(uuid) },
  'set-default-subvolume': {
    path,
    from: v.pipe(whole, v.description('The id of the default subvolume until then.')),
  },
  'set-one-shot-file': { filesystemUuid: uuid },
  'set-next': { mountpoint: absolutePath, name: v.optional(v.string()) },
  'make-directory': { on, path },
  'write-file': {
    on,
    path,
    text: v.string(),
    mode: v.pipe(whole, v.description('The permissions of a new file, as a decimal number.')),
    labelLike: v.optional(path),
  },
  'remove-file': { on, path },
  'keep-file': { on, path, from: place, digest: v.string(), size: whole },
  'set-kernels': { path, kernels: v.optional(kernelRecord) },
  'copy-tree': { from: path, to: path },
  'carry-file': { path, from: path, base: v.optional(path), entry: treeEntry, attributesFrom: path },
  'sync-filesystem': { on },
  'refresh-distribution-menu': { on, path, generator: v.string(), check: v.optional(v.string()) },
  'mount-subvolumes': {
    mounts: v.array(subvolumeMount),
    makeDirectory: v.optional(v.picklist(['public', 'private'])),
  },
  unmount: { mounts: v.array(unmounted), directories: v.array(absolutePath), lazy: v.boolean() },
  'mark-needs-sync': {},
  'clear-needs-sync': {},
} as const satisfies { readonly [K in StepKind]: { readonly [M in keyof StepArgs[K]]-?: v.GenericSchema } };

const common = { reason: sentence, part: v.optional(part) };

type ObjectOf<E extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<E, undefined>>;

type StepOf<K extends StepKind> = { kind: K } & ObjectOf<typeof common> & ObjectOf<(typeof stepMembers)[K]>;

const kinds = Object.entries<v.ObjectEntries>(stepMembers).map(([kind, members]) =>
  v.object({ kind: v.literal(kind), ...common, ...members }),
);

/** One step of a plan. The compiler knows the members of each kind, but cannot follow them through Object.entries. */
export const step = v.variant('kind', kinds) as unknown as v.GenericSchema<
  unknown,
  { [K in StepKind]: StepOf<K> }[StepKind]
>;

/** See `step`. */
export type StepData = Published<typeof step>;

/** The kind of a step. */
export const stepKind = v.picklist(Object.keys(stepMembers) as StepKind[]);
