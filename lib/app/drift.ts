import { accept } from '../model/accept.ts';
import type { Drift, DriftFacts } from '../model/drift.ts';
import { type DriftingPair, findDrifting, interpretDrift } from '../plan/drift.ts';
import { askToMerge } from '../plan/etc-drift.ts';
import { findEnvironment } from '../plan/find-environment.ts';
import { findMountable } from '../plan/mountable.ts';
import type { World } from '../plan/world.ts';
import { observeDrift } from '../system/observe-drift.ts';
import type { Session } from '../system/session.ts';
import type { ActOptions } from './act.ts';
import { inSession } from './in-session.ts';
import { mountedRoot } from './mounted-root.ts';
import { observeWorld } from './observe-world.ts';

/**
 * What has changed in the running system since the copy with this name was made of it. Without a name, the copy is the
 * environment that boots next.
 */
export function drift(
  options: Pick<ActOptions, 'where' | 'lockSeconds'>,
  name: string | undefined,
): Promise<Drift | undefined> {
  return inSession(options, 'read', async (session) => {
    const world = await observeWorld(session, { oneShot: true });
    if (name !== undefined) accept(findEnvironment(world.state, name));
    const pair = findDrifting(world, name);
    const facts = pair === undefined ? undefined : await lookAtDrift(session, world, pair);
    return pair === undefined || facts === undefined ? undefined : interpretDrift(pair, facts, world);
  });
}

/** Compares the copy and the running system. Undefined where the copy does not record the state of its source. */
export async function lookAtDrift(
  session: Session,
  world: World,
  { source, copy }: DriftingPair,
): Promise<DriftFacts | undefined> {
  const mountable = accept(findMountable(world, target(source.name)));
  const request = { source: mountedRoot(session, world.observation, mountable), copy: copy.subvolume, askToMerge };
  return await observeDrift(session, request);
}

function target(name: string): { readonly name: string; readonly snapshot: undefined } {
  return { name, snapshot: undefined };
}
