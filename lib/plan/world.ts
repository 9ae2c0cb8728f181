import type { SystemState } from '../model/environment.ts';
import type { Observation } from '../model/observation.ts';
import { interpretState } from './interpret/state.ts';
import type { Loader } from './loader.ts';

/** The input of a planner: the observed or future facts, and their interpretation. */
export interface World {
  readonly observation: Observation;
  /** Derived from the observation at the first access, and then kept. */
  readonly state: SystemState;
  /** The boot loader. */
  readonly loader: Loader;
}

/** The world of an observation. */
export function worldOf(observation: Observation, loader: Loader): World {
  let state: SystemState | undefined;
  return {
    observation,
    loader,
    get state(): SystemState {
      state ??= interpretState(observation, loader);
      return state;
    },
  };
}
