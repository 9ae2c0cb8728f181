import type { Step } from '../model/step.ts';

/**
 * The last step of every plan that records something. An attribute is not yet on disk when the call that sets it
 * returns.
 */
export const commit: Step = { kind: 'sync-filesystem', reason: 'the records must survive a power cut' };

/** A barrier: the results of all earlier steps are on disk before a later step begins. */
export function settle(reason: string): Step {
  return { kind: 'sync-filesystem', reason };
}

/**
 * Orders groups of steps so that the machine boots after a crash at any instant. Everything earlier is on disk before
 * the first group begins, and each group before the next one. fsync is not sufficient, because a boot loader replays
 * neither a journal nor a log.
 */
export function inOrder(groups: readonly (readonly Step[])[]): readonly Step[] {
  const busy = groups.filter((group) => group.length > 0);
  if (busy.length === 0) return [];
  const after = settle('GRUB reads only committed data');
  return [settle('kernels must be on disk before the menu names them'), ...busy.flatMap((group) => [...group, after])];
}

/** The steps that follow recording steps, with a commit in front unless they contain one. */
export function withCommit(recording: readonly Step[], following: readonly Step[]): readonly Step[] {
  if (recording.length === 0 || following.some(({ kind }) => kind === 'sync-filesystem')) return following;
  return [commit, ...following];
}

/** Steps that note the end of the work in a directory of the store, which `begin-directory` began. */
export function finish(path: string): readonly Step[] {
  return [{ kind: 'finish-directory', path, reason: 'the copy is complete' }, commit];
}
