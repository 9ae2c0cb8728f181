import { apply } from '../apply/apply.ts';
import { accept } from '../model/accept.ts';
import type { Problem } from '../model/problem.ts';
import type { Target } from '../model/snapshot-name.ts';
import type { Plan } from '../model/step.ts';
import { snapshotPaths } from '../plan/find-source.ts';
import { protectStore } from '../plan/protect-store.ts';
import { record } from '../plan/record.ts';
import { planDiscard, type Stage } from '../plan/stage.ts';
import { withLock } from '../plan/take-lock.ts';
import type { World } from '../plan/world.ts';
import { hold } from '../system/stream.ts';
import { type ActOptions, act } from './act.ts';
import { inSession } from './in-session.ts';
import { beforeCopy, observeWorld } from './observe-world.ts';

/** A stage that this process holds. Other processes see that it is in use. */
export interface HeldStage<P> {
  readonly plan: P;
  readonly release: () => void;
}

/**
 * Makes a stage by a plan, under the lock. After that other processes may work at the same time. `source` is the
 * environment or snapshot whose content has to be observed.
 */
export async function begin<P extends Plan & { readonly stage: Stage }>(
  options: ActOptions,
  source: Target | undefined,
  planner: (world: World) => P | Problem,
): Promise<HeldStage<P>> {
  return await inSession(options, 'write', async (session) => {
    const candidates = (listing: Parameters<typeof snapshotPaths>[0]): readonly string[] =>
      snapshotPaths(listing, source?.snapshot);
    const world = await observeWorld(session, { ...beforeCopy, candidates, uses: 'unfinished-work' });
    const plan = withLock(protectStore(accept(planner(world)), world.observation));
    const { recorded } = options;
    const missing = await apply(
      session,
      source === undefined || recorded === undefined ? plan : record(plan, recorded),
      options.report,
    );
    const warned = { ...plan, warnings: [...plan.warnings, ...missing] };
    return { plan: warned, release: hold(session, plan.stage.held) };
  });
}

/** Does the work that a stage was made for, and deletes the stage, even after an error. */
export async function useStage<T>(
  options: ActOptions,
  { plan, release }: HeldStage<Plan & { readonly stage: Stage }>,
  body: () => Promise<T>,
): Promise<T> {
  try {
    return await body();
  } finally {
    release();
    const look = { uses: 'unfinished-work' } as const;
    // The next run deletes what remains, because the result of the stream is the one to report.
    await act({ ...options, recorded: undefined, observe: look }, (world) => planDiscard(world, plan.stage)).catch(
      () => undefined,
    );
  }
}
