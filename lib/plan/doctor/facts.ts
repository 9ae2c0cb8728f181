import type { Evidence } from '../../model/health-evidence.ts';
import type { Problem } from '../../model/problem.ts';
import type { Plan } from '../../model/step.ts';
import { planSync } from '../sync.ts';
import type { World } from '../world.ts';

/** The input of every check. */
export interface HealthFacts {
  readonly world: World;
  readonly evidence: Evidence;
  /** What a sync would do now, or why it would refuse. */
  readonly sync: Plan | Problem;
}

/** The input of the checks, from what was read. */
export function healthFacts(world: World, evidence: Evidence): HealthFacts {
  return { world, evidence, sync: planSync(world, { refreshDistributionMenu: true }) };
}
