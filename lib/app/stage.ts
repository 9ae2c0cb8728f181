import { apply } from '../apply/apply.ts';
import type { Problem } from '../model/problem.ts';
import type { Target } from '../model/snapshot-name.ts';
import type { Plan } from '../model/step.ts';
import { snapshotPaths } from '../plan/find-source.ts';
import { protectDepot } from '../plan/protect-depot.ts';
import { record } from '../plan/record.ts';
import { planDiscard, type Stage } from '../plan/stage.ts';
import type { World } from '../plan/world.ts';
import { hold } from '../system/stream.ts';
import { type ActOptions, act } from './act.ts';
import { accept, inSession } from './in-session.ts';
import { observeWorld } from './observe-world.ts';

/** A stage that is ours: whoever looks sees that it is in use. */
export interface HeldStage<P> {
  readonly plan: P;
  readonly release: () => void;
}

/** Makes a stage by a plan, alone; from then on others may work beside us. `source` is what has to be looked into. */
export async function begin<P extends Plan & { readonly stage: Stage }>(
  options: ActOptions,
  source: Target | undefined,
  planner: (world: World) => P | Problem,
): Promise<HeldStage<P>> {
  return await inSession(options, 'write', async (session) => {
    const candidates = (listing: Parameters<typeof snapshotPaths>[0]): readonly string[] =>
      snapshotPaths(listing, source?.snapshot);
    const world = await observeWorld(session, { candidates, uses: 'leftovers' });
    const plan = protectDepot(accept(planner(world)), world.observation);
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

/** Does what a stage was made for, and takes the stage away, however it ends. */
export async function useStage<T>(
  options: ActOptions,
  { plan, release }: HeldStage<Plan & { readonly stage: Stage }>,
  body: () => Promise<T>,
): Promise<T> {
  try {
    return await body();
  } finally {
    release();
    const look = { uses: 'leftovers' } as const;
    // What resists is left to the next run, for what came of the stream is what there is to tell.
    await act({ ...options, recorded: undefined, look }, (world) => planDiscard(world, plan.stage)).catch(
      () => undefined,
    );
  }
}
