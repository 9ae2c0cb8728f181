import type { SystemState } from '../model/environment.ts';
import type { Observation } from '../model/observation.ts';
import type { Loader } from './loader.ts';
import { understandState } from './understand/state.ts';

/** Everything that a planner decides on: what was observed, or will be observed, and what it means. */
export interface World {
  readonly observation: Observation;
  /** Derived from the observation when it is first asked for, and then kept. */
  readonly state: SystemState;
  /** What starts the machine. */
  readonly loader: Loader;
}

/** The world of an observation. */
export function worldOf(observation: Observation, loader: Loader): World {
  let state: SystemState | undefined;
  return {
    observation,
    loader,
    get state(): SystemState {
      state ??= understandState(observation);
      return state;
    },
  };
}
