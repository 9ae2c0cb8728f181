import type { Observation, RootFacts } from '../../model/observation.ts';
import { isProblem } from '../../model/problem.ts';
import type { Loader } from '../loader.ts';
import { readFstab } from './file-text.ts';
import { interpretLayout } from './layout.ts';
import { findDefault } from './snapshot-booting.ts';

/** How the default subvolume decides what the machine boots. */
export interface DefaultChoice {
  /** Whether it decides, and be-hook may change it. */
  readonly follows: boolean;
  /** The root that it chooses. Undefined where it does not decide, or is not the root of a system. */
  readonly chosen: RootFacts | undefined;
}

/**
 * Derives whether the default subvolume decides what boots. The running root is the evidence, because two systems with
 * different boot loaders can share a file system. Where none runs, it is the recorded default, or the default subvolume.
 */
export function interpretDefault(observation: Observation, loader: Loader): DefaultChoice {
  const { active, filesystem, roots } = observation;
  const id = findDefault(observation)?.id;
  const root = roots.find(({ subvolume, osRelease }) => subvolume.id === id && osRelease.kind !== 'missing');
  const decisive =
    roots.find(({ subvolume }) => subvolume.id === filesystem.runningSubvolume) ??
    roots.find(({ subvolume }) => subvolume.uuid === active) ??
    root;
  const fstab = decisive === undefined || id === undefined ? [] : readFstab(decisive);
  if (decisive === undefined || id === undefined || isProblem(fstab)) return { follows: false, chosen: undefined };
  const view = loader.readRoot(decisive, observation);
  const { kind } = interpretLayout(decisive, fstab, { observation, view, loader });
  const follows = kind === 'snapshot-booting';
  return { follows, chosen: follows || kind === 'transactional' ? root : undefined };
}
