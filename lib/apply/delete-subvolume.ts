import { BeHookError } from '../model/problem.ts';
import type { StepArgs } from '../model/step.ts';
import { findUse } from '../plan/obstacle.ts';
import { deleteSubvolume, showSubvolume } from '../system/btrfs.ts';
import { pathOf, stat } from '../system/files.ts';
import type { Session } from '../system/session.ts';
import { observeUses } from '../system/uses.ts';

/**
 * Deletes a subvolume durably. The kernel would delete one that is mounted, or another one that has come to lie at its
 * path, so both are looked at in the last moment. Nothing happens when there is none any more. Throws
 * `environment-in-use`, `environment-mounted` and `tool-failed`.
 */
export async function deleteObserved(session: Session, { path, id }: StepArgs['delete-subvolume']): Promise<void> {
  if (stat(pathOf(session.top, path)) === undefined) return;
  const found = await showSubvolume(session, path);
  if (found?.id !== id) throw new BeHookError({ code: 'no-such-subvolume', path });
  const uses = await observeUses(session, [found]);
  const refusal = findUse(`/${path}`, [found], { uses });
  if (refusal !== undefined) throw new BeHookError(refusal);
  await deleteSubvolume(session, path);
}
