import type { SystemState } from '../model/environment.ts';
import type { Problem } from '../model/problem.ts';

/**
 * Why be-hook keeps no menu on this machine: the layout of the running environment, or of the default one. Undefined if
 * be-hook keeps one. The menu merely leaves out other environments with an unsupported layout.
 */
export function findUnserved({ environments }: SystemState): Problem | undefined {
  const decisive = environments.filter(({ active, running }) => active || running);
  return decisive.flatMap(({ problems }) => problems).find(({ code }) => code === 'layout-unsupported');
}
