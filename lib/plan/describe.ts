import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { changeMark, markOf } from './change-mark.ts';
import { findChangeable } from './find-environment.ts';
import type { World } from './world.ts';

/** Plans to set the description of a boot environment, which the menu shows. An empty text removes the description. */
export function planDescribe(world: World, name: string, description: string): Plan | Problem {
  const found = findChangeable(world.state, name);
  if (isProblem(found)) return found;
  const mark = markOf({ ...found, description: description === '' ? undefined : description });
  return changeMark(world, found, mark, `the description of “${name}” changes`);
}
