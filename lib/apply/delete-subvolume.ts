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

/** The number of attempts while users move subvolumes. */
const rounds = 5;

/**
 * Deletes subvolumes durably, in this order, wherever they are by now: users can rename their own. The kernel would
 * delete a subvolume that is mounted or in use. be-hook therefore searches for processes that use any of them, once, at
 * the last moment. It skips subvolumes that no longer exist. The kernel's list may lack a subvolume while it is
 * renamed. be-hook therefore also deletes user subvolumes that it finds later inside of the given ones. Throws
 * `environment-in-use`, `environment-mounted` and `tool-failed`.
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
  for (const subvolume of subvolumes) {
    const refusal = findUse(`/${subvolume.path}`, [subvolume], { uses });
    if (refusal !== undefined) throw new BeHookError(refusal);
  }
  await deleteSubvolumes(
    session,
    subvolumes.map(({ id }) => id),
  );
}

/**
 * Either a subvolume that the list lacked is inside of a target. Or the kernel, which resolves an id to a name and then
 * looks the name up, found another object there and deleted nothing (btrfs_ioctl_snap_destroy, Linux 6.18).
 */
function mayBeMoving(error: unknown): boolean {
  if (!(error instanceof BeHookError && error.problem.code === 'tool-failed')) return false;
  return /Directory not empty|Invalid argument/.test(error.problem.output);
}

/** User subvolumes inside of the targets, the inner ones first. Unprivileged users cannot move a subvolume of root. */
async function findMissed(session: Session, targets: readonly Target[]): Promise<readonly Target[]> {
  const { subvolumes } = await listSubvolumes(session);
  const inside = subvolumes.filter(({ id, path }) => {
    const listed = targets.some((candidate) => candidate.id === id);
    return !listed && targets.some((candidate) => path.startsWith(`${candidate.path}/`));
  });
  return inside
    .filter(({ path }) => (stat(`${session.top}/${path}`)?.uid ?? 0) !== 0)
    .sort((a, b) => b.path.split('/').length - a.path.split('/').length);
}
