import { parseSnapshotMark } from '../formats/mark.ts';
import type { Attribute, RootFacts, Subvolume } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { printTarget, type Target } from '../model/snapshot-name.ts';
import type { Volume } from '../model/volume.ts';
import { resolveClonePolicies } from './clone-volumes.ts';
import { findEnvironment } from './find-environment.ts';
import { findSnapshot } from './find-snapshot.ts';
import { firstBootDue } from './first-boot-due.ts';
import { interpretVolumes } from './interpret/volumes.ts';
import { findUnserved } from './unserved.ts';
import type { World } from './world.ts';

/** The source of a copy: a boot environment in its present state, or one of its snapshots. */
export interface Source {
  /** As the user named it. */
  readonly name: string;
  readonly root: RootFacts;
  readonly volumes: readonly Volume[];
}

/** Bytes that must be free before be-hook copies anything: the possible growth of btrfs's metadata, with a margin. */
const reserve = 16 * 1024 * 1024;

/**
 * Finds the source of a copy. It refuses a source that be-hook cannot interpret or that contains a swap file in use. It
 * also refuses if the free space is short.
 */
export function findSource({ observation, state }: World, target: Target): Source | Problem {
  const environment = findEnvironment(state, target.name);
  if (isProblem(environment)) return environment;
  const unsupported = environment.problems.find(({ code }) => code === 'layout-unsupported') ?? findUnserved(state);
  if (unsupported !== undefined) return unsupported;
  const source = target.snapshot === undefined ? environment : findSnapshot(environment, target.snapshot);
  if (isProblem(source)) return source;
  if (target.snapshot === undefined) {
    if (environment.state !== undefined)
      return { code: 'upgrade-unfinished', name: target.name, state: environment.state };
    if (environment.firstBoot !== undefined) return firstBootDue(environment.name, environment.firstBoot);
    if (environment.blocker !== undefined) return environment.blocker;
  }
  const root = observation.roots.find(({ subvolume }) => subvolume.id === source.subvolume.id);
  if (root === undefined) return { code: 'no-such-subvolume', path: source.subvolume.path };
  const volumes = interpretVolumes(root, observation);
  const copied = [
    root.subvolume,
    ...resolveClonePolicies(root, volumes, observation).cloned.map(({ subvolume }) => subvolume),
  ];
  const swap = observation.swapFiles.find((file) => copied.some(({ id }) => id === file.subvolume));
  if (swap !== undefined) return { code: 'swap-file', name: target.name, path: swap.path };
  const { free } = observation.filesystem;
  if (free < reserve) return { code: 'space-short', needed: reserve, free };
  const name = target.snapshot === undefined ? target.name : printTarget(target.name, target.snapshot);
  return { name, root, volumes };
}

/** The paths of all snapshots of that name, of any environment. be-hook has to observe them to copy one. */
export function snapshotPaths(
  { attributes }: { readonly attributes: readonly Attribute[]; readonly subvolumes: readonly Subvolume[] },
  name: string | undefined,
): readonly string[] {
  if (name === undefined) return [];
  return attributes.flatMap((attribute) =>
    attribute.name === 'snapshot' && parseSnapshotMark(attribute.value)?.name === name ? [attribute.path] : [],
  );
}
