import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { changeMark, markOf } from './change-mark.ts';
import { findChangeable } from './find-environment.ts';
import type { World } from './world.ts';

/** Protects a boot environment from being destroyed, or releases it again. */
export function planHold(world: World, name: string, hold: boolean): Plan | Problem {
  const found = findChangeable(world.state, name);
  if (isProblem(found)) return found;
  const reason = hold ? `“${name}” is held` : `“${name}” is released`;
  return changeMark(world, found, markOf({ ...found, held: hold }), reason);
}
