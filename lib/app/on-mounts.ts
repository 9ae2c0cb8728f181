import { apply } from '../apply/apply.ts';
import { accept } from '../model/accept.ts';
import type { MountingFacts, MountingRequest } from '../model/mounting.ts';
import type { Observation } from '../model/observation.ts';
import { type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import type { World } from '../plan/world.ts';
import { observeMounting } from '../system/observe-mounting.ts';
import { type Session, withSession } from '../system/session.ts';
import type { ActOptions } from './act.ts';
import { observeWorld } from './observe-world.ts';

/** The questions and the plan of a use case about mounts. */
export interface MountPlanner<P> {
  /** What to observe beside the boot environments. */
  readonly ask: (world: World) => MountingRequest | Problem;
  readonly plan: (world: World, facts: MountingFacts) => P | Problem;
}

/** How a use case about mounts accesses the machine. */
export interface MountAccess extends Pick<ActOptions, 'where' | 'dryRun' | 'lockSeconds'> {
  /** Whether the file system has to be writable. */
  readonly write: boolean;
  /** Snapshots whose content has to be observed. */
  readonly candidates: (listing: Pick<Observation, 'attributes' | 'subvolumes'>) => readonly string[];
}

/**
 * Observes, plans and, unless it is a dry run, passes the plan to `carryOut`, all of it under the lock. Returns the
 * plan and the result of `carryOut`. Throws a refusal.
 */
export async function onMounts<P extends object, T>(
  { where, dryRun, lockSeconds, write, candidates }: MountAccess,
  { ask, plan: planner }: MountPlanner<P>,
  carryOut: (session: Session, plan: P) => Promise<T>,
): Promise<{ readonly plan: P; readonly done: T | undefined }> {
  const access = { where, write: write && !dryRun, alone: !dryRun, lockSeconds, lists: true };
  return withSession(access, async (session) => {
    const world = await observeWorld(session, { candidates });
    const request = accept(ask(world));
    const plan = accept(planner(world, observeMounting(session, world.observation.subvolumes, request)));
    return { plan, done: dryRun ? undefined : await carryOut(session, plan) };
  });
}

/** Carries out the steps of a plan. */
export function carryOutSteps({ report }: ActOptions): (session: Session, plan: Plan) => Promise<void> {
  return async (session, plan) => {
    await apply(session, plan, report);
  };
}
