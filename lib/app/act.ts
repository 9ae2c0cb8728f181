import type { Report } from '../apply/apply.ts';
import { BeHookError, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import type { Where } from '../model/where.ts';
import { withDroppedImages } from '../plan/drop-images.ts';
import { describeChange, type Requested } from '../plan/journal.ts';
import { protectStore } from '../plan/protect-store.ts';
import { type Recorded, record } from '../plan/record.ts';
import { withLock } from '../plan/take-lock.ts';
import type { World } from '../plan/world.ts';
import type { EarlyCompanion } from '../system/early-companion.ts';
import { writeJournal } from '../system/journal.ts';
import type { ObserveOptions } from '../system/observe.ts';
import { type Session, withSession } from '../system/session.ts';
import { adviseAgain } from './advise-again.ts';
import { carryOut } from './carry-out.ts';
import { acceptExplained, explainFull, explainProblems, explainWarnings } from './explain-shortage.ts';
import { observeWorld } from './observe-world.ts';

/** The options of every use case that changes something. */
export interface ActOptions {
  /** Undefined means the file systems of the running system. */
  readonly where: Where | undefined;
  /** Plan only. */
  readonly dryRun: boolean;
  readonly lockSeconds: number;
  readonly report: Report;
  /**
   * Whether a failed part of the plan is an error, as in a command about all environments. Otherwise it is a warning.
   */
  readonly strict?: boolean;
  /** The user and the request that the history records. */
  readonly recorded?: Recorded | undefined;
  /** The request that the journal records where the history has no line for it. */
  readonly logged?: Requested | undefined;
  /** What to observe beyond the facts that every planner needs. */
  readonly observe?: ObserveOptions;
  /** The companion that a hook started before it loaded this code. */
  readonly early?: EarlyCompanion | undefined;
}

/** Makes the plan. It may observe more than the facts that every planner needs. */
export type Planner<P extends Plan> = (world: World, session: Session) => P | Problem | Promise<P | Problem>;

/**
 * Observes, plans and, unless it is a dry run, applies the plan, all of it under the writers' lock. Returns the plan.
 * Throws a refusal.
 */
export async function act<P extends Plan>(options: ActOptions, planner: Planner<P>): Promise<P> {
  const { where, dryRun, lockSeconds, report, strict = false, recorded, observe: beyond, early } = options;
  return withSession({ where, write: !dryRun, lockSeconds, lists: true, early }, async (session) => {
    const world = await observeWorld(session, beyond);
    const planned = await planner(world, session);
    const answer = withDroppedImages(explainWarnings(acceptExplained(planned, world), world), world);
    const asked = recorded === undefined ? answer : { ...answer, ...record(answer, recorded) };
    const plan = withLock(protectStore(asked, world.observation));
    if (dryRun) return plan;
    const again = (recorded ?? options.logged)?.command[0];
    const explain = (problem: Problem): Problem => adviseAgain(explainFull(problem, plan, world, session), again);
    const done = explainProblems(
      await carryOut(session, plan, world, { report, strict }).catch((error: unknown) => {
        throw error instanceof BeHookError ? new BeHookError(explain(error.problem), { cause: error }) : error;
      }),
      explain,
    );
    const request = recorded ?? options.logged;
    const entry = request && describeChange(done, request, world.observation.filesystem.uuid);
    if (entry !== undefined) await writeJournal(entry);
    return done;
  });
}
