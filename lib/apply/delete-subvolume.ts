import { BeHookError } from '../model/problem.ts';
import type { Step } from '../model/step.ts';
import { findUse } from '../plan/obstacle.ts';
import { deleteSubvolumes } from '../system/btrfs.ts';
import type { Session } from '../system/session.ts';
import { observeUses } from '../system/uses.ts';

/** A step that deletes a subvolume. */
export type Deletion = Extract<Step, { kind: 'delete-subvolume' }>;

/**
 * Deletes subvolumes durably, in this order, wherever they lie by now: users can rename theirs. The kernel would delete
 * what is mounted or in use, so users of all of them are looked for in the last moment, once. Those that are gone
 * already are passed by. Throws `environment-in-use`, `environment-mounted` and `tool-failed`.
 */
export async function deleteObserved(session: Session, steps: readonly Deletion[]): Promise<void> {
  const subvolumes = steps.map(({ path, id }) => ({ path, id, uuid: '', parentUuid: undefined, generation: 0 }));
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
