import type { SystemState } from '../model/environment.ts';
import type { Subvolume } from '../model/observation.ts';
import type { Space } from '../model/space.ts';
import type { Where } from '../model/where.ts';
import { outermost, ownSubvolumes } from '../plan/own-subvolumes.ts';
import { syncFilesystem } from '../system/btrfs.ts';
import type { Session } from '../system/session.ts';
import { measureUsage, readQuotaGroups } from '../system/usage.ts';
import { measureWritten } from '../system/written.ts';
import { inSession } from './in-session.ts';
import { observeWorld } from './observe-world.ts';

/** What to measure. */
export interface SpaceRequest {
  /** `usage` measures written data and, slowly, shared data. */
  readonly measure: 'nothing' | 'written' | 'usage';
  /** The roots of the boot environments and snapshots to measure. be-hook calls it when it knows all of them. */
  readonly roots: (state: SystemState) => readonly Subvolume[];
  /** Called before be-hook measures each tree, and at the end. */
  readonly progress: (done: number, total: number) => void;
}

/** The boot environments of a file system, and their space. */
export interface MeasuredState {
  readonly state: SystemState;
  /** The space by the id of the root. It includes everything that belongs to the root. */
  readonly spaces: ReadonlyMap<number, Space>;
  /** File data written into one subvolume, by its id. */
  readonly written: ReadonlyMap<number, number>;
}

/** Inspects a file system as `inspect` does, and measures. Throws what `inspect` throws, and a problem from `roots`. */
export async function inspectSpace(where: Where | undefined, request: SpaceRequest): Promise<MeasuredState> {
  return inSession({ where, lockSeconds: 0 }, 'read', async (session) => {
    const { state } = await observeWorld(session);
    const roots = request.roots(state);
    if (request.measure === 'nothing') return { state, spaces: new Map(), written: new Map() };
    const own = ownSubvolumes(state);
    const groups = roots.map(({ id }) => ({ id, members: own.get(id) ?? [] }));
    const { subvolumes } = state;
    const usage = request.measure === 'usage' ? await measureAll(session, groups, subvolumes, request.progress) : none;
    const written = await measureWritten(
      session,
      groups.flatMap(({ members }) => members),
    );
    const spaces = groups.map(({ id, members }): [number, Space] => {
      const more = usage.get(id) ?? { referenced: undefined, exclusive: undefined, counts: undefined };
      return [id, { written: sum(members.map((subvolume) => written.get(subvolume.id))), ...more }];
    });
    return { state, spaces: new Map(spaces), written };
  });
}

interface Group {
  readonly id: number;
  readonly members: readonly Subvolume[];
}

type Usage = Omit<Space, 'written'>;

const none: ReadonlyMap<number, Usage> = new Map();

async function measureAll(
  session: Session,
  groups: readonly Group[],
  total: readonly Subvolume[],
  progress: SpaceRequest['progress'],
): Promise<ReadonlyMap<number, Usage>> {
  await syncFilesystem(session.top);
  const quota = await readQuotaGroups(session);
  const found = new Map<number, Usage>();
  for (const [done, { id, members }] of groups.entries()) {
    if (quota !== undefined) {
      const parts = members.map((subvolume) => quota.get(subvolume.id));
      const referenced = sum(parts.map((candidate) => candidate?.referenced));
      found.set(id, { referenced, exclusive: sum(parts.map((candidate) => candidate?.exclusive)), counts: 'disk' });
      continue;
    }
    progress(done, groups.length);
    const usage = holdsOthers(members, total) ? undefined : await measureUsage(session, outermost(members));
    found.set(id, { referenced: usage?.total, exclusive: usage?.exclusive, counts: 'file-data' });
  }
  progress(groups.length, groups.length);
  return found;
}

/** btrfs measures everything below a path. It cannot separate a tree from another boot environment inside of it. */
function holdsOthers(members: readonly Subvolume[], total: readonly Subvolume[]): boolean {
  return outermost(members).some(({ path }) => {
    const inside = total.filter(
      (subvolume) => subvolume.path !== path && subvolume.path.startsWith(path === '' ? '' : `${path}/`),
    );
    return inside.some((subvolume) => !members.some(({ id }) => id === subvolume.id));
  });
}

/** Undefined if one of the values is undefined. */
function sum(values: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    total += value;
  }
  return total;
}
