import type { Observation } from '../model/observation.ts';
import type { Plan, Step } from '../model/step.ts';

/**
 * A plan that first restricts the store and the directories in it to root, if other users can enter them. An earlier
 * be-hook made them accessible to all users, and programs in old copies lack later security updates.
 */
export function protectStore<P extends Plan>(plan: P, { exposed }: Pick<Observation, 'exposed'>): P {
  const reason = 'unprivileged users must not reach old programs and other users’ files in copies';
  const steps = exposed.map((path): Step => ({ kind: 'protect-directory', path, reason }));
  return steps.length === 0 ? plan : { ...plan, steps: [...steps, ...plan.steps] };
}
