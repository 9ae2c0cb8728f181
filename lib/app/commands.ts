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
import { planGarbageCollection } from '../plan/garbage-collection.ts';
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
import { beforeCopy } from './observe-world.ts';

/** A use case that carries out what its planner decides. Returns the plan. Throws a refusal. */
type UseCase<Asked extends readonly unknown[], P extends Plan> = (options: ActOptions, ...asked: Asked) => Promise<P>;

/** The use case of a planner. `look` says what to observe beyond the facts that every planner needs. */
function useCase<Asked extends readonly unknown[], P extends Plan = Plan>(
  planner: (world: World, ...asked: Asked) => P | Problem,
  look?: (...asked: Asked) => ObserveOptions,
): UseCase<Asked, P> {
  return (options, ...asked) =>
    act(look === undefined ? options : { ...options, observe: look(...asked) }, (world) => planner(world, ...asked));
}

/** Observes the content of a subvolume that may be no boot environment yet. */
const lookInto = (path: string | undefined): ObserveOptions => ({
  candidates: () => (path === undefined ? [] : [path]),
});

/** Observes the content of the snapshots with this name. */
const lookIntoSnapshots = (snapshot: string | undefined): ObserveOptions => ({
  candidates: (listing) => snapshotPaths(listing, snapshot),
});

/** Makes a root subvolume a boot environment. */
export const adopt = useCase(planAdopt, ({ path }) => lookInto(path));

/** Makes a root a boot environment and puts the menu in place, or refuses and changes nothing. */
export const setUp = useCase(planSetup, ({ path }) => lookInto(path));

/** Makes a boot environment from another one, or from a snapshot. */
export const create = useCase(planCreate, ({ source, activation }) => ({
  ...beforeCopy,
  ...lookIntoSnapshots(source?.snapshot),
  uses: 'unfinished-work',
  oneShot: activation === 'once',
}));

/** Keeps a snapshot of a boot environment. */
export const snapshot = useCase(planSnapshot, () => ({ ...beforeCopy, uses: 'unfinished-work' }));

/** Deletes a boot environment, or one snapshot. */
export const destroy = useCase(planDestroy, () => ({ uses: 'always' }));

/** Deletes boot environments that be-hook made automatically. The argument is the time, in seconds since 1970. */
export const prune = useCase(planPrune, () => ({ uses: 'always' }));

/** Deletes unfinished work, and copies of kernels that nothing needs. */
export const collectGarbage = useCase(planGarbageCollection, () => ({ uses: 'always' }));

/**
 * Returns a boot environment to the state in one of its snapshots. The second argument is the time, in seconds since
 * 1970.
 */
export const rollback = useCase(planRollback, (target) => ({ ...lookIntoSnapshots(target.snapshot), uses: 'always' }));

/** Makes the boot environment that the running one came from the one that boots by default. */
export const rollbackToPrevious = useCase(planRollbackToPrevious);

/** Cancels the one-shot request. With a name, only if the request is for that environment. */
export const activateNoMore = useCase(planActivateNoMore);

/** Renames a boot environment. */
export const rename = useCase(planRename);

/** Sets the description of a boot environment. */
export const describe = useCase(planDescribe);

/** Protects a boot environment from `destroy`. With `false`, ends the protection. */
export const hold = useCase(planHold);

/** Makes a boot environment an ordinary subvolume again. */
export const forget = useCase(planForget);

/** Changes the kernel command line of a boot environment. */
export const changeCommandLine = useCase(planCommandLine);

/** Sets on a volume whether clones of its boot environment share it. */
export const setVolumePolicy = useCase(planVolumePolicy);

/** Gives the boot menu back to the distribution. A file of be-hook that remains is an error. */
export function uninstall(options: ActOptions): Promise<Plan> {
  return giveBack({ ...options, strict: true });
}

const giveBack = useCase(planUninstall);
