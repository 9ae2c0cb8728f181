import { printMark, printSnapshotMark } from '../formats/mark.ts';
import { pathOfFuture } from '../model/depot.ts';
import { BeHookError } from '../model/problem.ts';
import type { Step, StepKind } from '../model/step.ts';
import {
  activeAttribute,
  doomedAttribute,
  incompleteAttribute,
  markAttribute,
  oneShotAttribute,
  snapshotAttribute,
  volumeAttribute,
} from '../system/attributes.ts';
import { atPath, giveTo, inDirectory } from '../system/beneath.ts';
import { cloneSubvolume, createSubvolume, setReadOnly, showSubvolume, syncFilesystem } from '../system/btrfs.ts';
import { copyTree } from '../system/copy-tree.ts';
import { appendLine, makeDirectory, pathOf, removeEmptyTree, removeFile } from '../system/files.ts';
import { mountAll, unmountAll } from '../system/mounting.ts';
import { clearNeedsSync, markNeedsSync } from '../system/needs-sync.ts';
import { writeNext } from '../system/one-shot.ts';
import type { Session } from '../system/session.ts';
import { removeAttribute, setAttribute } from '../system/xattrs.ts';
import { beginDirectory } from './begin-directory.ts';
import { carryFile } from './carry-file.ts';
import { deleteObserved } from './delete-subvolume.ts';
import { refreshDistributionMenu } from './refresh-distribution-menu.ts';
import { refuseLink } from './refuse-link.ts';
import { replacePlaceholder } from './replace-placeholder.ts';

/** Files are staged first, all of them: see apply. */
export type ExecutedKind = Exclude<StepKind, 'write-file'>;

type Executors = {
  readonly [K in ExecutedKind]: (session: Session, step: Extract<Step, { kind: K }>) => Promise<void> | void;
};

/** What a directory of the depot is like. */
const forRoot = { uid: 0, gid: 0, mode: 0o700 };

/** How each kind of step is done. Every one may be done again without harm. */
export const executors: Executors = {
  'set-mark': async (session, { path, mark }) => {
    const uuid = await learnUuid(session, mark.uuid);
    await setAttribute(pathOf(session.top, path), markAttribute, printMark({ ...mark, uuid }));
  },
  'clear-mark': ({ top }, { path }) => removeAttribute(pathOf(top, path), markAttribute),
  'set-active': async (session, { uuid }) => {
    if (uuid === undefined) await removeAttribute(session.top, activeAttribute);
    else await setAttribute(session.top, activeAttribute, await learnUuid(session, uuid));
  },
  'begin-directory': ({ top }, { path }) => beginDirectory(top, path),
  'finish-directory': ({ top }, { path }) => removeAttribute(pathOf(top, path), incompleteAttribute),
  'protect-directory': ({ top }, { path }) => inDirectory(top, path, (open) => giveTo(open, forRoot)),
  'create-subvolume': ({ top }, { path }) => createSubvolume(pathOf(top, path)),
  'clone-subvolume': ({ top }, { from, to }) => cloneSubvolume(pathOf(top, from), pathOf(top, to)),
  'replace-placeholder': ({ top }, { path, like }) => replacePlaceholder(pathOf(top, path), pathOf(top, like)),
  'freeze-subvolume': ({ top }, { path }) => setReadOnly(pathOf(top, path), true),
  'thaw-subvolume': ({ top }, { path }) => setReadOnly(pathOf(top, path), false),
  'set-snapshot-mark': async (session, { path, mark }) => {
    const uuid = await learnUuid(session, mark.uuid);
    await setAttribute(pathOf(session.top, path), snapshotAttribute, printSnapshotMark({ ...mark, uuid }));
  },
  'set-volume-policy': ({ top }, { path, policy }) => setAttribute(pathOf(top, path), volumeAttribute, policy),
  doom: ({ top }, { path, uuid }) => setAttribute(pathOf(top, path), doomedAttribute, uuid),
  'delete-subvolume': deleteObserved,
  'remove-directory': ({ top }, { path }) => removeEmptyTree(pathOf(top, path)),
  'append-history': ({ top }, { path, line }) => {
    atPath(top, path, (place) => appendLine(place, line), 0o700);
  },
  'set-one-shot-file': ({ top }, { filesystemUuid }) => setAttribute(top, oneShotAttribute, filesystemUuid),
  'set-next': (_session, { mountpoint, name }) => writeNext(mountpoint, name),
  'make-directory': ({ top }, { path }) => makeDirectory(pathOf(top, path)),
  'remove-file': ({ top }, { path }) => removeFile(pathOf(top, path)),
  'copy-tree': ({ top }, { from, to }) => {
    refuseLink({ top }, to);
    return copyTree(pathOf(top, from), pathOf(top, to));
  },
  'carry-file': carryFile,
  'sync-filesystem': ({ top }) => syncFilesystem(top),
  'refresh-distribution-menu': refreshDistributionMenu,
  'mount-subvolumes': ({ source }, step) => mountAll(source, step),
  unmount: ({ source }, step) => unmountAll(source, step),
  'mark-needs-sync': (_session, { reason }) => markNeedsSync(reason),
  'clear-needs-sync': () => clearNeedsSync(),
};

/** The uuid of a subvolume that this plan has made by now. */
async function learnUuid(session: Session, uuid: string): Promise<string> {
  const path = pathOfFuture(uuid);
  if (path === undefined) return uuid;
  const found = await showSubvolume(session, path);
  if (found === undefined) throw new BeHookError({ code: 'no-such-subvolume', path });
  return found.uuid;
}
