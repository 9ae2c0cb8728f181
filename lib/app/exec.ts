import type { ExecPlan } from '../model/exec.ts';
import { BeHookError, type Problem } from '../model/problem.ts';
import { askToExec, type ExecIntent, planAfterExec, planExec } from '../plan/exec.ts';
import type { Recorded } from '../plan/record.ts';
import { enterEnvironment } from '../system/exec.ts';
import { type ActOptions, act } from './act.ts';
import { onMounts } from './on-mounts.ts';

/** What came of a command. */
export interface ExecResult {
  readonly plan: ExecPlan;
  /** The command's own; undefined where it was only planned. */
  readonly status: number | undefined;
  /** Why the menu is not in step with what the command did. */
  readonly unsynced: Problem | undefined;
}

/** What a command has to do with whoever starts it. */
export interface ExecCaller {
  /** Variables that the command's environment has from outside. */
  readonly variables: Readonly<Record<string, string>>;
  /** Is told what is not as it ought to be, before the command runs. */
  readonly warn: (problems: readonly Problem[]) => void;
}

/**
 * Runs a command in a boot environment and then brings the menu in step. The lock is held until the environment is
 * mounted for the command, and not while it runs: before, nobody can destroy it, and after, whoever wants to sees the
 * mount.
 */
export async function exec(options: ActOptions, intent: ExecIntent, caller: ExecCaller): Promise<ExecResult> {
  const { recorded } = options;
  const { plan, done: entered } = await onMounts(
    { ...options, write: true, candidates: () => [] },
    {
      ask: (observation) => askToExec(observation, intent),
      plan: (observation, facts) => planExec(observation, intent, facts),
    },
    (session, made) => enterEnvironment(session, made, { variables: caller.variables }),
  );
  if (entered === undefined) return { plan, status: undefined, unsynced: undefined };
  caller.warn(plan.warnings);
  const status = await entered.run();
  return { plan, status, unsynced: await syncAfter(options, recorded) };
}

async function syncAfter(options: ActOptions, recorded: Recorded | undefined): Promise<Problem | undefined> {
  const { where, dryRun, lockSeconds, report } = options;
  try {
    const plan = await act({ where, dryRun, lockSeconds, report, look: { uses: 'leftovers' } }, (world) =>
      planAfterExec(world, recorded),
    );
    return plan.unresolved[0];
  } catch (error) {
    if (error instanceof BeHookError) return error.problem;
    return { code: 'internal', text: String(error) };
  }
}
