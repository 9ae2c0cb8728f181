import type { HealthFinding } from '../model/health.ts';
import { BeHookError, isProblem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import type { Where } from '../model/where.ts';
import { diagnoseHealth, keptCopies, requestEvidence } from '../plan/doctor/diagnose.ts';
import { healthFacts } from '../plan/doctor/facts.ts';
import { findEnvironment } from '../plan/find-environment.ts';
import { listUndigested } from '../plan/interpret/undigested.ts';
import { planSync } from '../plan/sync.ts';
import { planTidy } from '../plan/tidy.ts';
import { readEvidence } from '../system/evidence-of-health.ts';
import type { ObserveOptions } from '../system/observe.ts';
import { withSession } from '../system/session.ts';
import { type ActOptions, act } from './act.ts';
import { observeWorld } from './observe-world.ts';

/** What `doctor` found. */
export interface Examination {
  /** The names of the environments that it examined. */
  readonly examined: readonly string[];
  readonly findings: readonly HealthFinding[];
}

/** What to observe in addition: the content of all copies of kernels, even if their sizes say nothing. */
const thorough: ObserveOptions = { digests: (facts) => [...listUndigested(facts, false), ...keptCopies(facts)] };

/**
 * Does what a sync does, and also makes damaged copies of kernels anew. Where a sync would refuse, it changes nothing: the
 * examination finds the reason.
 */
export function repair(options: ActOptions): Promise<Plan> {
  return act({ ...options, observe: { ...thorough, uses: 'unfinished-work' } }, (world) => {
    const plan = planSync(world, { refreshDistributionMenu: true });
    return isProblem(plan) ? nothingToDo : { ...plan, steps: [...plan.steps, ...planTidy(world)] };
  });
}

const nothingToDo: Plan = { steps: [], warnings: [], unresolved: [] };

/**
 * Examines a machine and all environments, or one of them, without changing anything. It reads all copies of kernels on a
 * separate /boot. Throws `no-such-environment` and what `observe` throws.
 */
export function examine(where: Where | undefined, name: string | undefined): Promise<Examination> {
  return withSession({ where, write: false, lockSeconds: 0, lists: true }, async (session) => {
    const world = await observeWorld(session, thorough);
    const { state } = world;
    const asked = name === undefined ? undefined : findEnvironment(state, name);
    if (isProblem(asked)) throw new BeHookError(asked);
    const evidence = await readEvidence(session, requestEvidence(world), state.runs);
    const examined = asked === undefined ? state.environments.map((environment) => environment.name) : [asked.name];
    return { examined, findings: diagnoseHealth(healthFacts(world, evidence), name) };
  });
}
