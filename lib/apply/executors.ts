import { printMark } from '../formats/mark.ts';
import type { Step, StepKind } from '../model/step.ts';
import { activeAttribute, markAttribute } from '../system/attributes.ts';
import { syncFilesystem } from '../system/btrfs.ts';
import { makeDirectory, removeFile } from '../system/files.ts';
import { clearNeedsSync, markNeedsSync } from '../system/needs-sync.ts';
import { pathOf } from '../system/observe.ts';
import type { Session } from '../system/session.ts';
import { removeAttribute, setAttribute } from '../system/xattrs.ts';
import { refreshDistributionMenu } from './refresh-distribution-menu.ts';

/** Files are staged first, all of them: see apply. */
export type ExecutedKind = Exclude<StepKind, 'write-file'>;

type Executors = {
  readonly [K in ExecutedKind]: (session: Session, step: Extract<Step, { kind: K }>) => Promise<void> | void;
};

/** How each kind of step is done. Every one may be done again without harm. */
export const executors: Executors = {
  'set-mark': ({ top }, { path, mark }) => setAttribute(pathOf(top, path), markAttribute, printMark(mark)),
  'clear-mark': ({ top }, { path }) => removeAttribute(pathOf(top, path), markAttribute),
  'set-active': ({ top }, { uuid }) =>
    uuid === undefined ? removeAttribute(top, activeAttribute) : setAttribute(top, activeAttribute, uuid),
  'make-directory': ({ top }, { path }) => makeDirectory(pathOf(top, path)),
  'remove-file': ({ top }, { path }) => removeFile(pathOf(top, path)),
  'sync-filesystem': ({ top }) => syncFilesystem(top),
  'refresh-distribution-menu': refreshDistributionMenu,
  'mark-needs-sync': (_session, { reason }) => markNeedsSync(reason),
  'clear-needs-sync': () => clearNeedsSync(),
};
