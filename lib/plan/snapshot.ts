import type { SnapshotMark } from '../model/mark.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import { freeSnapshotName, printTarget, type SnapshotName, snapshotNameAt } from '../model/snapshot-name.ts';
import type { Plan, Step } from '../model/step.ts';
import { freeDirectory } from '../model/store.ts';
import { planClone } from './clone.ts';
import { describeClonePolicies } from './describe-clone-policies.ts';
import { defaultEnvironment, findChangeable } from './find-environment.ts';
import { findSource } from './find-source.ts';
import { commit, finish } from './ordering.ts';
import { afterSecuring } from './secure-kernels.ts';
import type { World } from './world.ts';

/** The boot environment of which to take a snapshot. */
export interface SnapshotIntent {
  /** Undefined is the running one, or the active one if none runs. */
  readonly name: string | undefined;
  /** Undefined is a name made of the time. */
  readonly snapshot: SnapshotName | undefined;
  readonly description: string | undefined;
  /** Seconds since 1970. */
  readonly now: number;
}

/** Makes a read-only copy of a boot environment and of its volumes that are to be cloned. */
export function planSnapshot(world: World, intent: SnapshotIntent): Plan | Problem {
  const name = intent.name ?? defaultEnvironment(world.state)?.name;
  if (name === undefined) return { code: 'no-environments' };
  const target = { name, snapshot: undefined };
  return afterSecuring(world, target, (secured) => planSecuredSnapshot(secured, { ...intent, name }));
}

function planSecuredSnapshot(world: World, intent: SnapshotIntent & { readonly name: string }): Plan | Problem {
  const { observation, state } = world;
  const { name } = intent;
  const environment = findChangeable(state, name);
  if (isProblem(environment)) return environment;
  const source = findSource(world, { name, snapshot: undefined });
  if (isProblem(source)) return source;
  const { now, description } = intent;
  const taken = environment.snapshots.map((snapshot) => snapshot.name);
  const snapshot = intent.snapshot ?? freeSnapshotName(snapshotNameAt(now), taken);
  const target = printTarget(name, snapshot);
  if (taken.includes(snapshot)) return { code: 'snapshot-taken', name: target };
  const directory = freeDirectory(target, observation);
  const reason = `“${target}” keeps the present state of “${name}”`;
  const { root: copied, volumes } = source;
  const clone = planClone(world, { source: copied, volumes, directory, atBoot: false, now, reason });
  if (isProblem(clone)) return clone;
  const { uuid, path } = clone.root.subvolume;
  const more = description === undefined ? {} : { description };
  const mark: SnapshotMark = { version: 1, name: snapshot, uuid, created: now, of: environment.id, ...more };
  // The root is last, because a snapshot counts once its root is read-only.
  const freezing = [...clone.subvolumes].reverse().map((subvolume): Step => {
    return { kind: 'freeze-subvolume', path: subvolume.path, reason: 'a snapshot does not change' };
  });
  const marking: Step = { kind: 'set-snapshot-mark', path, mark, reason };
  return {
    steps: [...clone.steps, commit, marking, ...freezing, commit, ...finish(directory)],
    warnings: [],
    unresolved: [],
    notes: [`Made the snapshot “${target}”.`, ...describeClonePolicies(clone)],
  };
}
