import type { World } from '../plan/world.ts';
import { markAttribute } from '../system/attributes.ts';
import { setReadOnly } from '../system/btrfs.ts';
import { pathOf } from '../system/files.ts';
import type { Session } from '../system/session.ts';
import { setAttribute } from '../system/xattrs.ts';
import { observeWorld } from './observe-world.ts';

/**
 * The machine after a job. `why` says how the job changed the copy itself. Undefined where be-hook had nothing to undo.
 */
export interface Revived {
  readonly world: World;
  readonly why: string | undefined;
}

/**
 * Makes a copy known and writable again after a job, which is root there, removed be-hook's mark or set the property
 * `ro`. Otherwise no list would show the copy, and be-hook could not mark it as failed. `mark` is the mark that it had.
 */
export async function reviveCopy(session: Session, root: string, mark: string | undefined): Promise<Revived> {
  const world = await observeWorld(session);
  const { observation } = world;
  const subvolume = observation.subvolumes.find(({ path }) => path === root);
  if (subvolume === undefined) return { world, why: undefined };
  const path = pathOf(session.top, root);
  const isReadOnly = observation.readOnly.includes(subvolume.id);
  const found = observation.roots.find((root) => root.subvolume.id === subvolume.id)?.mark;
  const isUnmarked = mark !== undefined && found !== mark;
  if (isReadOnly) await setReadOnly(session.top, root, false);
  if (isUnmarked) await setAttribute(path, markAttribute, mark);
  if (!isReadOnly && !isUnmarked) return { world, why: undefined };
  const why = isReadOnly ? 'it made its root read-only' : 'it changed the mark by which be-hook knows the copy';
  return { world: await observeWorld(session), why };
}
