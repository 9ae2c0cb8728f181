import type { Observation } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { changeMark, markOf } from './change-mark.ts';
import { findChangeable } from './find-environment.ts';
import type { Loader } from './loader.ts';
import { understandState } from './understand/state.ts';

/** Describes a boot environment in words, which the menu shows; an empty description is none. */
export function planDescribe(
  observation: Observation,
  name: string,
  description: string,
  loader: Loader,
): Plan | Problem {
  const found = findChangeable(understandState(observation), name);
  if (isProblem(found)) return found;
  const mark = markOf({ ...found, description: description === '' ? undefined : description });
  return changeMark(observation, found, mark, loader, `the description of “${name}” changes`);
}
