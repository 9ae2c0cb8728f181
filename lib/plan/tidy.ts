import type { UnfinishedWork } from '../model/environment.ts';
import type { Subvolume } from '../model/observation.ts';
import type { Step } from '../model/step.ts';
import { store } from '../model/store.ts';
import { activationSteps } from './activation.ts';
import { holdsDefault } from './default-subvolume.ts';
import { activeUuid } from './find-environment.ts';
import { deleteAll, usesOf } from './subvolume-set.ts';
import type { World } from './world.ts';

/**
 * Steps that end all unfinished work of interrupted runs, or this `unfinishedWork`. They leave alone subvolumes that are in
 * use, subvolumes whose uses were not observed, and the default subvolume, which btrfs does not delete. They belong
 * after the steps that update the menu, because the old menu may still boot subvolumes that are marked for deletion.
 */
export function planTidy(
  { observation, state }: World,
  unfinishedWork: readonly UnfinishedWork[] = state.unfinishedWork,
): readonly Step[] {
  // be-hook never deletes subvolumes that a boot environment consists of, keeps or mounts, whatever a mark says.
  const needed = state.environments.flatMap(({ subvolume, snapshots, volumes }) =>
    [subvolume, ...[...snapshots, ...volumes].map((candidate) => candidate.subvolume)].map(({ id }) => id),
  );
  return unfinishedWork.flatMap(({ path, kind }): readonly Step[] => {
    const reason = 'it is unfinished work of an interrupted run';
    const part = { of: 'leftover', path } as const;
    if (kind === 'finished') return [{ kind: 'finish-directory', path, reason, part }];
    const inside = observation.subvolumes.filter(
      (subvolume) => subvolume.path === path || subvolume.path.startsWith(`${path}/`),
    );
    const inUse = inside.length > 0 && usesOf(inside, observation)?.length !== 0;
    const isKept = holdsDefault(inside, observation) && !(state.followsDefault && state.environments.length > 0);
    if (inUse || isKept || inside.some(({ id }) => needed.includes(id))) return [];
    const isDirectory = path.startsWith(`${store}/`) && !inside.some((subvolume) => subvolume.path === path);
    const steps: readonly Step[] = [
      ...handOver(inside, { observation, state }),
      ...deleteAll(inside, observation, reason),
      ...(isDirectory ? [{ kind: 'remove-directory', path, reason } as const] : []),
    ];
    return steps.map((step) => ({ ...step, part }));
  });
}

/**
 * An interrupted rollback may have replaced the recorded default. be-hook records the replacement before it deletes the
 * old subvolume.
 */
function handOver(
  gone: readonly Subvolume[],
  { observation, state }: Pick<World, 'observation' | 'state'>,
): readonly Step[] {
  const successor = activeUuid(state);
  const isReplaced = gone.some(({ uuid }) => uuid === observation.active) || holdsDefault(gone, observation);
  return successor === undefined || !isReplaced
    ? []
    : activationSteps({ observation, state }, successor, 'it replaces the former default');
}
