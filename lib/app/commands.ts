import type { Problem } from '../model/problem.ts';
import type { Plan } from '../model/step.ts';
import { planActivateNoMore } from '../plan/activate.ts';
import { planAdopt } from '../plan/adopt.ts';
import { planCommandLine } from '../plan/cmdline.ts';
import { planCreate } from '../plan/create.ts';
import { planDescribe } from '../plan/describe.ts';
import { planDestroy } from '../plan/destroy.ts';
import { snapshotPaths } from '../plan/find-source.ts';
import { planForget } from '../plan/forget.ts';
import { planHold } from '../plan/hold.ts';
import { planPrune } from '../plan/prune.ts';
import { planRename } from '../plan/rename.ts';
import { planRollback } from '../plan/rollback.ts';
import { planRollbackToPrevious } from '../plan/rollback-previous.ts';
import { planSetup } from '../plan/setup.ts';
import { planSnapshot } from '../plan/snapshot.ts';
import { planUninstall } from '../plan/uninstall.ts';
import { planVolumePolicy } from '../plan/volume.ts';
import type { World } from '../plan/world.ts';
import type { ObserveOptions } from '../system/observe.ts';
import { type ActOptions, act } from './act.ts';

/** A use case that carries out what its planner decides. Answers the plan; throws a refusal. */
type UseCase<Asked extends readonly unknown[]> = (options: ActOptions, ...asked: Asked) => Promise<Plan>;

/** The use case of a planner; `look` is what has to be looked at for it, beyond what every planner needs. */
function useCase<Asked extends readonly unknown[]>(
  planner: (world: World, ...asked: Asked) => Plan | Problem,
  look?: (...asked: Asked) => ObserveOptions,
): UseCase<Asked> {
  return (options, ...asked) =>
    act(look === undefined ? options : { ...options, look: look(...asked) }, (world) => planner(world, ...asked));
}

/** Looks into a subvolume that may be no boot environment yet. */
const lookInto = (path: string | undefined): ObserveOptions => ({
  candidates: () => (path === undefined ? [] : [path]),
});

/** Looks into the snapshots of this name. */
const lookIntoSnapshots = (snapshot: string | undefined): ObserveOptions => ({
  candidates: (listing) => snapshotPaths(listing, snapshot),
});

/** Makes a root subvolume a boot environment. */
export const adopt = useCase(planAdopt, ({ path }) => lookInto(path));

/** Makes a root a boot environment and puts the menu in place, or refuses and changes nothing. */
export const setUp = useCase(planSetup, ({ path }) => lookInto(path));

/** Makes a boot environment of another one, or of a snapshot. */
export const create = useCase(planCreate, ({ source, activation }) => ({
  ...lookIntoSnapshots(source?.snapshot),
  uses: 'leftovers',
  oneShot: activation === 'once',
}));

/** Keeps a boot environment as it is now. */
export const snapshot = useCase(planSnapshot, () => ({ uses: 'leftovers' }));

/** Deletes a boot environment, or one snapshot. */
export const destroy = useCase(planDestroy, () => ({ uses: 'always' }));

/** Deletes boot environments that be-hook made without being asked. The argument is the time, in seconds since 1970. */
export const prune = useCase(planPrune, () => ({ uses: 'always' }));

/** Makes a boot environment what one of its snapshots kept. The second argument is the time, in seconds since 1970. */
export const rollback = useCase(planRollback, (target) => ({ ...lookIntoSnapshots(target.snapshot), uses: 'always' }));

/** Makes the boot environment that the running one came from the one that boots by default. */
export const rollbackToPrevious = useCase(planRollbackToPrevious);

/** Takes back what was to be booted once; with a name only if it was that one. */
export const activateNoMore = useCase(planActivateNoMore);

/** Gives a boot environment another name. */
export const rename = useCase(planRename);

/** Describes a boot environment in words. */
export const describe = useCase(planDescribe);

/** Protects a boot environment from being destroyed, or with `false` releases it. */
export const hold = useCase(planHold);

/** Makes a boot environment an ordinary subvolume again. */
export const forget = useCase(planForget);

/** Changes what the kernels of a boot environment get on their command line. */
export const changeCommandLine = useCase(planCommandLine);

/** States on a volume whether clones of its boot environment share it. */
export const setVolumePolicy = useCase(planVolumePolicy);

/** Gives the boot menu back to the distribution. */
export const uninstall = useCase(planUninstall);
