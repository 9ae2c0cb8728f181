import type { BootEnvironment, SystemState } from '../model/environment.ts';
import { isProblem, type Problem } from '../model/problem.ts';

/** The boot environment of that name, or the refusal that says which names there are. */
export function findEnvironment(state: SystemState, name: string): BootEnvironment | Problem {
  const found = state.environments.find((environment) => environment.name === name);
  return (
    found ?? { code: 'no-such-environment', name, known: state.environments.map((environment) => environment.name) }
  );
}

/**
 * The boot environment of that name, or the refusal. An environment whose mark this be-hook cannot read in full is
 * refused: what it would write could contradict what the mark says.
 */
export function findChangeable(state: SystemState, name: string): BootEnvironment | Problem {
  const found = findEnvironment(state, name);
  return isProblem(found) ? found : (found.markFault ?? found);
}

/** What a command is about that names none: the running boot environment, or where none runs the active one. */
export function standardEnvironment({ environments }: SystemState): BootEnvironment | undefined {
  return environments.find(({ running }) => running) ?? environments.find(({ active }) => active);
}

/** The uuid of the subvolume that boots by default; undefined where there is no boot environment. */
export function activeUuid({ environments }: SystemState): string | undefined {
  return environments.find(({ active }) => active)?.subvolume.uuid;
}
