import type { Observation } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { changeMark, markOf } from './change-mark.ts';
import { findChangeable } from './find-environment.ts';
import type { Loader } from './loader.ts';
import { understandState } from './understand/state.ts';

/** Protects a boot environment from being destroyed, or releases it again. */
export function planHold(observation: Observation, name: string, hold: boolean, loader: Loader): Plan | Problem {
  const found = findChangeable(understandState(observation), name);
  if (isProblem(found)) return found;
  const reason = hold ? `“${name}” is held` : `“${name}” is released`;
  return changeMark(observation, found, markOf({ ...found, held: hold }), loader, reason);
}
