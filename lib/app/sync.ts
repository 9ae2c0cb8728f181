import { isProblem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { isSetUp } from '../plan/setup.ts';
import { planSync, type SyncIntent } from '../plan/sync.ts';
import { planTidy } from '../plan/tidy.ts';
import { type ActOptions, act } from './act.ts';

/** The request that be-hook records for a sync by a hook. */
const byHook = { user: 'root', command: ['sync'] } as const;

/** Updates the menu of every boot environment to match the kernels on disk. */
export function sync(options: ActOptions, intent: SyncIntent): Promise<Plan> {
  return act({ logged: byHook, ...options, strict: true }, (world) => {
    if (intent.byHook === true && !isSetUp(world.state)) return { steps: [], warnings: [], unresolved: [] };
    const plan = planSync(world, intent);
    return isProblem(plan) ? plan : { ...plan, steps: [...plan.steps, ...planTidy(world)] };
  });
}
