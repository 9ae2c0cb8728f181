import type { BootEnvironment, SystemState } from '../model/environment.ts';
import { isProblem, type Problem } from '../model/problem.ts';

/** The boot environment of that name, or the refusal that lists the existing names. */
export function findEnvironment(state: SystemState, name: string): BootEnvironment | Problem {
  const found = state.environments.find((environment) => environment.name === name);
  return (
    found ?? { code: 'no-such-environment', name, known: state.environments.map((environment) => environment.name) }
  );
}

/**
 * The boot environment of that name, or the refusal. It refuses an environment whose mark this be-hook cannot read in
 * full, because a change could contradict the unknown part of the mark.
 */
export function findChangeable(state: SystemState, name: string): BootEnvironment | Problem {
  const found = findEnvironment(state, name);
  return isProblem(found) ? found : (found.markFault ?? found);
}

/** The environment for a command without a name: the running one, or the active one if none runs. */
export function defaultEnvironment({ environments }: SystemState): BootEnvironment | undefined {
  return environments.find(({ running }) => running) ?? environments.find(({ active }) => active);
}

/** The uuid of the subvolume that boots by default; undefined if there is no boot environment. */
export function activeUuid({ environments }: SystemState): string | undefined {
  return environments.find(({ active }) => active)?.subvolume.uuid;
}
