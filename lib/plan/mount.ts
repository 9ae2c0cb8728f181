import { type DirectoryFacts, type MountingFacts, type MountingRequest, mountBase } from '../model/mounting.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Target } from '../model/snapshot-name.ts';
import type { Plan } from '../model/step.ts';
import { hasUnprintable } from '../model/visible.ts';
import { askPlaces, findMountable, placeMounts } from './mountable.ts';
import type { World } from './world.ts';

/** The request to mount a target on a directory. */
export interface MountIntent {
  readonly target: Target;
  /** Undefined is a directory that only root can enter. */
  readonly directory: string | undefined;
  readonly readOnly: boolean;
  /** Whether be-hook makes missing directories above it. */
  readonly parents?: boolean;
}

/** The request for the facts that `planMount` needs, or a refusal if there is nothing to mount. */
export function askToMount(world: World, { target, directory }: MountIntent): MountingRequest | Problem {
  const found = findMountable(world, target);
  if (isProblem(found)) return found;
  return { directory: directory ?? `${mountBase}/${found.name}`, inside: askPlaces(found, found.own, []) };
}

/**
 * Mounts a boot environment or a snapshot, and its own volumes at their places in the running environment. A volume
 * whose mount point is not a directory of the environment is left out with a warning.
 */
export function planMount(world: World, intent: MountIntent, facts: MountingFacts): Plan | Problem {
  const { target, readOnly } = intent;
  const found = findMountable(world, target);
  if (isProblem(found)) return found;
  const { name, root, own } = found;
  const present = facts.mounts.find(({ subvolume }) => subvolume === root.id);
  if (present !== undefined) return { code: 'already-mounted', name, where: present.mountpoint };
  const { directory: observed } = facts;
  if (observed === undefined) return { code: 'internal', text: 'the mount point was not observed' };
  const directory =
    intent.parents === true ? { ...observed, path: observed.path ?? observed.pathWhenMounted } : observed;
  const isOurs = intent.directory === undefined;
  const why = findFault(directory, isOurs);
  if (why !== undefined) return { code: 'mountpoint-unfit', path: directory.asked, why };
  const frozen = { ...found, readOnly: readOnly || found.readOnly };
  const { mounts, warnings } = placeMounts(frozen, own, facts, directory.path ?? directory.asked);
  const make = directory.kind !== 'missing' ? undefined : isOurs ? 'private' : 'public';
  const reason = `mounting “${name}”`;
  return {
    steps: [{ kind: 'mount-subvolumes', mounts, makeDirectory: make, reason }],
    warnings: [...found.warnings, ...warnings],
    unresolved: [],
  };
}

/** Why be-hook cannot mount on a directory, as a part of a sentence. */
function findFault({ asked, path, kind }: DirectoryFacts, isOurs: boolean): string | undefined {
  if (!asked.startsWith('/')) return 'it is not an absolute path';
  if (hasUnprintable(path ?? asked)) return 'its path has unprintable characters';
  if (path === undefined && !isOurs) return 'the directory above it is missing';
  return faults[kind];
}

const faults: Readonly<Record<DirectoryFacts['kind'], string | undefined>> = {
  missing: undefined,
  empty: undefined,
  filled: 'it is not empty',
  mountpoint: 'a file system is mounted there',
  symlink: 'it is a symbolic link',
  'no-directory': 'it is not a directory',
};
