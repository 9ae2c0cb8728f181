import { printKernelRecord } from '../formats/kernel-record.ts';
import { printMark, printSnapshotMark } from '../formats/mark.ts';
import { BeHookError } from '../model/problem.ts';
import type { Step, StepArgs, StepKind } from '../model/step.ts';
import { pathOfFuture } from '../model/store.ts';
import {
  activeAttribute,
  incompleteAttribute,
  kernelsAttribute,
  markAttribute,
  markedForDeletionAttribute,
  oneShotAttribute,
  snapshotAttribute,
  volumeAttribute,
} from '../system/attributes.ts';
import { settleFilesystem } from '../system/barrier.ts';
import { atPath, findBeneath, giveTo, inDirectory, splitPath, using } from '../system/beneath.ts';
import {
  createSubvolume,
  inSubvolume,
  setDefaultSubvolume,
  setReadOnly,
  showSubvolume,
  waitUntilFreed,
} from '../system/btrfs.ts';
import { cloneSubvolume } from '../system/clone-subvolume.ts';
import { copyTree } from '../system/copy-tree.ts';
import { appendLine, removeEmptyTree, removeFile } from '../system/files.ts';
import { loaderSystemOf } from '../system/loaders/index.ts';
import { mountAll, unmountAll } from '../system/mounting.ts';
import { clearNeedsSync, markNeedsSync } from '../system/needs-sync.ts';
import { openedAt, type Session } from '../system/session.ts';
import { largestAttribute, removeAttribute, setAttribute } from '../system/xattrs.ts';
import { beginDirectory } from './begin-directory.ts';
import { carryFile } from './carry-file.ts';
import { deleteObserved } from './delete-subvolume.ts';
import { keepImage } from './keep-image.ts';
import { replacePlaceholder } from './replace-placeholder.ts';

/** The kinds of steps that write no file. Files are prepared first: see apply. */
export type ExecutedKind = Exclude<StepKind, 'write-file'>;

type Executors = {
  readonly [K in ExecutedKind]: (session: Session, step: Extract<Step, { kind: K }>) => Promise<void> | void;
};

/** Owner and mode of a directory of the store. */
const forRoot = { uid: 0, gid: 0, mode: 0o700 };

/** The executor of each kind of step. Each may run again without harm. */
export const executors: Executors = {
  // `withSession` has taken it: the observation that the plan follows was made under the lock.
  'take-lock': () => undefined,
  'set-mark': async (session, { path, mark }) => {
    const uuid = await learnUuid(session, mark.uuid);
    await setOn(session.top, path, markAttribute, printMark({ ...mark, uuid }));
  },
  'clear-mark': ({ top }, { path }) => inDirectory(top, path, (open) => removeAttribute(open.path, markAttribute)),
  'set-active': async (session, { uuid }) => {
    if (uuid === undefined) await removeAttribute(session.top, activeAttribute);
    else await setAttribute(session.top, activeAttribute, await learnUuid(session, uuid));
  },
  'set-default-subvolume': ({ top }, { path }) => setDefaultSubvolume(top, path),
  'begin-directory': ({ top }, { path }) => beginDirectory(top, path),
  'finish-directory': ({ top }, { path }) =>
    inDirectory(top, path, (open) => removeAttribute(open.path, incompleteAttribute)),
  'protect-directory': ({ top }, { path }) => inDirectory(top, path, (open) => giveTo(open, forRoot)),
  'create-subvolume': ({ top }, { path }) => createSubvolume(top, path),
  'clone-subvolume': async (session, step) => {
    await cloneSubvolume(session, step);
  },
  'replace-placeholder': ({ top }, { path, like }) => replacePlaceholder(top, path, like),
  'freeze-subvolume': ({ top }, { path }) => setReadOnly(top, path, true),
  'thaw-subvolume': ({ top }, { path }) => setReadOnly(top, path, false),
  'set-snapshot-mark': async (session, { path, mark }) => {
    const uuid = await learnUuid(session, mark.uuid);
    await setOn(session.top, path, snapshotAttribute, printSnapshotMark({ ...mark, uuid }));
  },
  'set-volume-policy': ({ top }, { path, policy }) => setOn(top, path, volumeAttribute, policy),
  'mark-for-deletion': noteDeletion,
  'delete-subvolume': (session, step) => deleteObserved(session, [step]),
  'wait-for-space': ({ top }, { ids }) => waitUntilFreed(top, ids),
  'remove-directory': ({ top }, { path }) => removeEmptyTree(top, path),
  'append-history': ({ top }, { path, line }) => {
    atPath(top, path, (place) => appendLine(place, line), 0o700);
  },
  'set-one-shot-file': ({ top }, { filesystemUuid }) => setAttribute(top, oneShotAttribute, filesystemUuid),
  'set-next': ({ opened }, { mountpoint, name }) => loaderSystemOf(opened.boot).writeNext(mountpoint, name),
  'make-directory': (session, { on, path }) => inDirectory(openedAt(session, on).top, path, () => undefined, 0o755),
  'remove-file': (session, { on, path }) => {
    const { parent, name } = splitPath(path);
    const around = findBeneath(openedAt(session, on).top, parent);
    if (around !== undefined) using(around, (open) => removeFile(`${open.path}/${name}`));
  },
  'keep-file': keepImage,
  'set-kernels': async ({ top, filesystem }, { path, kernels }) => {
    if (kernels === undefined) await inDirectory(top, path, (open) => removeAttribute(open.path, kernelsAttribute));
    else await setRecord({ top, filesystem }, path, printKernelRecord(kernels));
  },
  'copy-tree': ({ top }, { from, to }) => copyTree(top, from, to),
  'carry-file': carryFile,
  'sync-filesystem': (session, { on }) => settleFilesystem(openedAt(session, on)),
  'refresh-distribution-menu': (session, step) =>
    loaderSystemOf(session.opened.boot).refreshDistributionMenu(session, step),
  'mount-subvolumes': ({ source }, step) => mountAll(source, step),
  unmount: ({ source }, step) => unmountAll(source, step),
  'mark-needs-sync': (_session, { reason }) => markNeedsSync(reason),
  'clear-needs-sync': () => clearNeedsSync(),
};

/** Deleting needs no space, but the note does. On a full disk be-hook therefore deletes without the note. */
async function noteDeletion({ top }: Session, { path, uuid }: StepArgs['mark-for-deletion']): Promise<void> {
  try {
    await inDirectory(top, path, (open) => setAttribute(open.path, markedForDeletionAttribute, uuid));
  } catch (error) {
    if (!(error instanceof BeHookError && error.problem.code === 'no-space')) throw error;
  }
}

function setOn(top: string, path: string, name: string, value: string): Promise<void> {
  return inSubvolume(top, path, (open) => setAttribute(open.path, name, value));
}

/** Refuses a record that does not fit, which setfattr would report as a full disk. The old record stays. */
async function setRecord(
  { top, filesystem }: Pick<Session, 'top' | 'filesystem'>,
  path: string,
  text: string,
): Promise<void> {
  const bytes = Buffer.byteLength(text);
  const limit = largestAttribute(filesystem, kernelsAttribute);
  if (limit !== undefined && bytes > limit) throw new BeHookError({ code: 'record-too-large', path, bytes, limit });
  await setOn(top, path, kernelsAttribute, text);
}

/** The uuid of a subvolume that this plan has already made. */
async function learnUuid(session: Session, uuid: string): Promise<string> {
  const path = pathOfFuture(uuid);
  if (path === undefined) return uuid;
  const found = await showSubvolume(session, path);
  if (found === undefined) throw new BeHookError({ code: 'no-such-subvolume', path });
  return found.uuid;
}
