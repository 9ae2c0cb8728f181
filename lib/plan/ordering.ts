import { entriesOf, type Menu } from '../model/menu.ts';
import type { FilesystemId } from '../model/place.ts';
import type { Step } from '../model/step.ts';

/**
 * The last step of every plan that records something. An attribute is not yet on disk when the call that sets it
 * returns.
 */
export const commit = {
  kind: 'sync-filesystem',
  on: 'root',
  reason: 'the records must survive a power cut',
} as const satisfies Step;

/** A barrier: the results of all earlier steps on a file system are on disk before a later step begins. */
export function settle(reason: string, on: FilesystemId = 'root'): Step {
  return { kind: 'sync-filesystem', on, reason };
}

/** The file systems with the images and initrds of a menu. */
export function filesystemsOf(menu: Menu): readonly FilesystemId[] {
  return entriesOf(menu).flatMap(({ image, initrds }) => [image, ...initrds].map(({ on }) => on));
}

/** The file system that a step writes to. */
export function filesystemOf(step: Step): FilesystemId {
  return 'on' in step ? step.on : 'root';
}

/**
 * Orders groups of steps so that the machine boots after a crash at any instant. Everything earlier on the btrfs and on
 * the `named` file systems is on disk before the first group begins, and each group before the next one. fsync is not
 * sufficient, because a boot loader replays neither a journal nor a log. `named` are the file systems with the kernels
 * of the menu.
 */
export function inOrder(groups: readonly (readonly Step[])[], named: readonly FilesystemId[] = []): readonly Step[] {
  const busy = groups.filter((group) => group.length > 0);
  if (busy.length === 0) return [];
  const after = busy.flatMap((group) => [
    ...group,
    ...barriers('the boot loader reads only committed data', group.map(filesystemOf)),
  ]);
  return [...barriers('kernels must be on disk before the menu names them', ['root', ...named]), ...after];
}

/** One barrier for each of these file systems. */
function barriers(reason: string, filesystems: readonly FilesystemId[]): readonly Step[] {
  return [...new Set(filesystems)].map((on) => settle(reason, on));
}

/** The steps that follow recording steps, with a commit in front unless they contain one. */
export function withCommit(recording: readonly Step[], following: readonly Step[]): readonly Step[] {
  if (recording.length === 0 || following.some((step) => step.kind === 'sync-filesystem' && step.on === commit.on))
    return following;
  return [commit, ...following];
}

/** Steps that note the end of the work in a directory of the store, which `begin-directory` began. */
export function finish(path: string): readonly Step[] {
  return [{ kind: 'finish-directory', path, reason: 'the copy is complete' }, commit];
}
