import type { Observation } from '../model/observation.ts';
import type { Plan, Step } from '../model/step.ts';

/**
 * A plan that first makes the depot and the directories in it accessible to root alone, where they are not: an earlier
 * be-hook made them for everybody, and programs in copies keep the mistakes that updates have mended since.
 */
export function protectDepot<P extends Plan>(plan: P, { exposed }: Pick<Observation, 'exposed'>): P {
  const reason = 'unprivileged users must not reach old programs and other users’ files in copies';
  const steps = exposed.map((path): Step => ({ kind: 'protect-directory', path, reason }));
  return steps.length === 0 ? plan : { ...plan, steps: [...steps, ...plan.steps] };
}
