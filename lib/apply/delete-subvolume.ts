import { BeHookError } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import { findUse } from '../plan/obstacle.ts';
import { deleteSubvolumes } from '../system/btrfs.ts';
import { stat } from '../system/files.ts';
import { listSubvolumes } from '../system/list-subvolumes.ts';
import type { Session } from '../system/session.ts';
import { observeUses } from '../system/uses.ts';

/** A step that deletes a subvolume. */
export type Deletion = Extract<Step, { kind: 'delete-subvolume' }>;

/** How often what users move meanwhile is tried. */
const rounds = 5;

/**
 * Deletes subvolumes durably, in this order, wherever they lie by now: users can rename theirs. The kernel would delete
 * what is mounted or in use, so users of all of them are looked for in the last moment, once. Those that are gone
 * already are passed by. While a subvolume is renamed, the kernel's list may lack it: what users have in the others is
 * deleted with them. Throws `environment-in-use`, `environment-mounted` and `tool-failed`.
 */
export async function deleteObserved(session: Session, steps: readonly Deletion[]): Promise<void> {
  let targets: readonly Target[] = steps;
  for (let round = 1; ; round += 1) {
    try {
      return await deleteUnused(session, targets);
    } catch (error) {
      if (round === rounds || !mayBeMoving(error)) throw error;
      targets = [...(await findMissed(session, targets)), ...targets];
    }
  }
}

type Target = Pick<Deletion, 'path' | 'id'>;

async function deleteUnused(session: Session, targets: readonly Target[]): Promise<void> {
  const subvolumes = targets.map(({ path, id }) => ({ path, id, uuid: '', parentUuid: undefined, generation: 0 }));
  const uses = await observeUses(session, subvolumes);
  for (const one of subvolumes) {
    const refusal = findUse(`/${one.path}`, [one], { uses });
    if (refusal !== undefined) throw new BeHookError(refusal);
  }
  await deleteSubvolumes(
    session,
    subvolumes.map(({ id }) => id),
  );
}

/**
 * A subvolume that the list lacked is inside of what is deleted; or the kernel, which finds the name of an id and then what
 * has this name, came upon another thing there, and deleted nothing (btrfs_ioctl_snap_destroy, Linux 6.18).
 */
function mayBeMoving(error: unknown): boolean {
  if (!(error instanceof BeHookError && error.problem.code === 'tool-failed')) return false;
  return /Directory not empty|Invalid argument/.test(error.problem.output);
}

/** Subvolumes of users inside of those that are deleted, the inner ones first; one of root's is no user's to move. */
async function findMissed(session: Session, targets: readonly Target[]): Promise<readonly Target[]> {
  const { subvolumes } = await listSubvolumes(session);
  const inside = subvolumes.filter(({ id, path }) => {
    const listed = targets.some((one) => one.id === id);
    return !listed && targets.some((one) => path.startsWith(`${one.path}/`));
  });
  return inside
    .filter(({ path }) => (stat(`${session.top}/${path}`)?.uid ?? 0) !== 0)
    .sort((a, b) => b.path.split('/').length - a.path.split('/').length);
}
