import { isBootPlace } from '../formats/fstab-subvolume.ts';
import type { BootEnvironment, SystemState } from '../model/environment.ts';
import type { Subvolume } from '../model/observation.ts';
import { isProblem, type Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import type { Volume, VolumePolicy } from '../model/volume.ts';
import { refuseSharedBoot } from './clone-volumes.ts';
import { defaultEnvironment } from './find-environment.ts';
import { policyOf } from './interpret/volumes.ts';
import { commit } from './ordering.ts';
import { findUnserved } from './unserved.ts';
import type { World } from './world.ts';

/**
 * Sets the policy of a volume. It applies when a boot environment with this volume is cloned. `place` is where the
 * running boot environment (the active one if none runs) mounts it, or its path from the top of the file system.
 */
export function planVolumePolicy({ observation, state }: World, place: string, policy: VolumePolicy): Plan | Problem {
  const unserved = findUnserved(state);
  if (unserved !== undefined) return unserved;
  const subvolume = findVolume(place, state);
  if (isProblem(subvolume)) return subvolume;
  if (observation.readOnly.includes(subvolume.id)) return { code: 'subvolume-read-only', path: subvolume.path };
  const unfit = policy === 'cloned' ? undefined : findUnfitBoot(subvolume, state, policy);
  if (unfit !== undefined) return unfit;
  if (policyOf(subvolume, observation) === policy) return { steps: [], warnings: [], unresolved: [] };
  const { path } = subvolume;
  const reason = `clones ${policy === 'shared' ? 'use the same volume' : 'get their own copy of it'}`;
  return {
    steps: [{ kind: 'set-volume-policy', path, policy, reason }, commit],
    warnings: [],
    unresolved: [],
  };
}

/** The refusal of a policy for the /boot of an environment: its kernels must be its own before it boots. */
function findUnfitBoot(subvolume: Subvolume, { environments }: SystemState, policy: VolumePolicy): Problem | undefined {
  const volumes = environments.flatMap((environment) => environment.volumes);
  if (!volumes.some((volume) => volume.subvolume.id === subvolume.id && isBootPlace(volume.mountpoint)))
    return undefined;
  if (policy === 'shared') return refuseSharedBoot(subvolume);
  const why = 'a copy of the kernels must exist before the first boot';
  return { code: 'boot-volume-unfit', path: subvolume.path, why, hint: 'omit --at boot' };
}

/** The volumes of all boot environments, or of one. */
export function volumesByEnvironment(
  state: SystemState,
  name: string | undefined,
): readonly { readonly environment: BootEnvironment; readonly volumes: readonly Volume[] }[] {
  return state.environments
    .filter((environment) => name === undefined || environment.name === name)
    .map((environment) => ({ environment, volumes: environment.volumes }));
}

function findVolume(place: string, state: SystemState): Subvolume | Problem {
  const { environments, subvolumes } = state;
  const own = defaultEnvironment(state);
  const plain = place.replace(/\/+/g, '/').replace(/(?!^)\/$/, '');
  const path = plain.replace(/^\//, '');
  const found =
    own?.volumes.find(({ mountpoint }) => mountpoint === plain)?.subvolume ??
    subvolumes.find((subvolume) => subvolume.path === path && path !== '');
  if (found === undefined) {
    const hint =
      'make it a subvolume first (btrfs subvolume create); if the subvolume is elsewhere, mount it with fstab';
    return { code: 'not-a-volume', path: place, why: 'it is not a subvolume', hint };
  }
  const root = environments.find(({ subvolume }) => subvolume.id === found.id);
  const hint = 'copy a whole boot environment with: be-hook create';
  return root === undefined
    ? found
    : { code: 'not-a-volume', path: place, why: `it is the boot environment “${root.name}”`, hint };
}
