import type { ExecPlan } from '../model/exec.ts';
import { BeHookError, type Problem } from '../model/problem.ts';
import { askToExec, type ExecIntent, planAfterExec, planExec } from '../plan/exec.ts';
import type { Recorded } from '../plan/record.ts';
import { enterEnvironment } from '../system/exec.ts';
import { type ActOptions, act } from './act.ts';
import { onMounts } from './on-mounts.ts';

/** The result of a command. */
export interface ExecResult {
  readonly plan: ExecPlan;
  /** The exit status of the command. Undefined in a dry run. */
  readonly status: number | undefined;
  /** Why the menu does not match the result of the command. */
  readonly unsynced: Problem | undefined;
}

/** What the caller of a command provides. */
export interface ExecCaller {
  /** Variables that the command gets from the caller's environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Gets the problems that be-hook finds before the command runs. */
  readonly warn: (problems: readonly Problem[]) => void;
}

/**
 * Runs a command in a boot environment and then updates the menu. be-hook holds the lock until it has mounted the
 * environment for the command, and not while the command runs. Before the mount, the lock keeps other processes from
 * destroying the environment. After it, other processes can see the mount.
 */
export async function exec(options: ActOptions, intent: ExecIntent, caller: ExecCaller): Promise<ExecResult> {
  const { recorded } = options;
  const { plan, done: entered } = await onMounts(
    { ...options, write: true, candidates: () => [] },
    {
      ask: (world) => askToExec(world, intent),
      plan: (world, facts) => planExec(world, intent, facts),
    },
    (session, plan) => enterEnvironment(session, plan, { variables: caller.variables }),
  );
  if (entered === undefined) return { plan, status: undefined, unsynced: undefined };
  caller.warn(plan.warnings);
  const status = await entered.run();
  return { plan, status, unsynced: await syncAfter(options, recorded) };
}

async function syncAfter(options: ActOptions, recorded: Recorded | undefined): Promise<Problem | undefined> {
  const { where, dryRun, lockSeconds, report } = options;
  try {
    const plan = await act({ where, dryRun, lockSeconds, report, observe: { uses: 'unfinished-work' } }, (world) =>
      planAfterExec(world, recorded),
    );
    return plan.unresolved[0];
  } catch (error) {
    if (error instanceof BeHookError) return error.problem;
    return { code: 'internal', text: String(error) };
  }
}
