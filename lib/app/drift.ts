import type { Drift, DriftFacts } from '../model/drift.ts';
import type { Observation } from '../model/observation.ts';
import { type DriftingPair, findDrifting, understandDrift } from '../plan/drift.ts';
import { askToMerge } from '../plan/etc-drift.ts';
import { findEnvironment } from '../plan/find-environment.ts';
import { findMountable } from '../plan/mountable.ts';
import { understandState } from '../plan/understand/state.ts';
import { observe } from '../system/observe.ts';
import { observeDrift } from '../system/observe-drift.ts';
import type { Session } from '../system/session.ts';
import type { ActOptions } from './act.ts';
import { accept, inSession } from './in-session.ts';
import { mountedRoot } from './mounted-root.ts';

/** What changed in the running system since the copy of this name was made of it; without a name, the one that boots next. */
export function drift(
  options: Pick<ActOptions, 'where' | 'lockSeconds'>,
  name: string | undefined,
): Promise<Drift | undefined> {
  return inSession(options, 'read', async (session) => {
    const observation = await observe(session, { oneShot: true });
    if (name !== undefined) accept(findEnvironment(understandState(observation), name));
    const pair = findDrifting(observation, name);
    const facts = pair === undefined ? undefined : await lookAtDrift(session, observation, pair);
    return pair === undefined || facts === undefined ? undefined : understandDrift(pair, facts, observation);
  });
}

/** Looks at both; undefined where the copy does not know how its source was. */
export async function lookAtDrift(
  session: Session,
  observation: Observation,
  { source, copy }: DriftingPair,
): Promise<DriftFacts | undefined> {
  const mountable = accept(findMountable(observation, understandState(observation), target(source.name)));
  const request = { source: mountedRoot(session, observation, mountable), copy: copy.subvolume, askToMerge };
  return await observeDrift(session, request);
}

function target(name: string): { readonly name: string; readonly snapshot: undefined } {
  return { name, snapshot: undefined };
}
