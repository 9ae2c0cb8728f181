import type { Step } from '../model/step.ts';

/** Ends every plan that records something: an attribute is not on disk when the call that sets it returns. */
export const commit: Step = { kind: 'sync-filesystem', reason: 'the records must survive a power cut' };

/** A barrier: everything before it is on disk before anything after it begins. */
export function settle(reason: string): Step {
  return { kind: 'sync-filesystem', reason };
}

/**
 * Orders groups of steps so that a crash at any instant leaves a machine that boots: what was written before is on disk
 * before the first of them, and each group before the next. A boot loader replays neither a journal nor a log, so fsync would not do.
 */
export function inOrder(groups: readonly (readonly Step[])[]): readonly Step[] {
  const busy = groups.filter((group) => group.length > 0);
  if (busy.length === 0) return [];
  const after = settle('GRUB reads only committed data');
  return [settle('kernels must be on disk before the menu names them'), ...busy.flatMap((group) => [...group, after])];
}

/** The steps that follow others which record something, with a commit in front unless they have one themselves. */
export function withCommit(recording: readonly Step[], following: readonly Step[]): readonly Step[] {
  if (recording.length === 0 || following.some(({ kind }) => kind === 'sync-filesystem')) return following;
  return [commit, ...following];
}

/** Steps that note a directory of the depot, which `begin-directory` began, as complete. */
export function finish(path: string): readonly Step[] {
  return [{ kind: 'finish-directory', path, reason: 'the copy is complete' }, commit];
}
