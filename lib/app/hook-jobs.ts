import { exitCodes } from '../model/exit-codes.ts';
import { BeHookError, type Problem } from '../model/problem.ts';
import { describeProblem } from '../model/problem-text.ts';
import { findTransaction } from '../system/transaction.ts';
import { type FirstBootStage, runFirstBoot } from './first-boot.ts';
import { beforePackages } from './restore-point.ts';

/** How long a hook waits for another be-hook process, in seconds: it may be making a copy. */
const lockTimeout = 120;

/**
 * Does the deferred work of the running boot environment at its first boot. Prints what failed and returns the exit
 * status. Never throws.
 */
export async function firstBoot(stage: FirstBootStage): Promise<number> {
  const quiet = (): void => undefined;
  const recorded = { time: Math.floor(Date.now() / 1000), user: 'root', command: ['(first boot)', stage] };
  try {
    await runFirstBoot({ where: undefined, dryRun: false, lockSeconds: lockTimeout, report: quiet, recorded }, stage);
    return 0;
  } catch (error) {
    const problem: Problem = error instanceof BeHookError ? error.problem : { code: 'internal', text: String(error) };
    const { message, hint } = describeProblem(problem);
    process.stderr.write(`be-hook: ${message}; ${hint}\n`);
    return exitCodes[problem.code];
  }
}

/** The reason why there is no restore point. */
export interface Refusal {
  readonly line: string;
  readonly status: number;
}

/**
 * The process with this number is about to change packages of the running system. be-hook makes a restore point, or
 * does what the settings say. If the settings say `refuse` and the hook cannot stop the transaction (`refusable` is
 * false), be-hook makes a restore point. Returns undefined after success. `hooks/package-transaction` decides whether
 * the transaction ends otherwise. Never throws.
 */
export async function packagesWillChange(pid: number, refusable: boolean): Promise<Refusal | undefined> {
  const quiet = (): void => undefined;
  const now = Math.floor(Date.now() / 1000);
  try {
    const transaction = findTransaction(pid);
    const command = transaction?.args ?? 'a package transaction';
    const recorded = { time: now, user: 'root', command: ['(before)', command] };
    const key = transaction?.key;
    const intent = { transaction: key, name: undefined, description: `before: ${command}`, now, refusable };
    await beforePackages(
      { where: undefined, dryRun: false, lockSeconds: lockTimeout, report: quiet, recorded },
      intent,
    );
    return undefined;
  } catch (error) {
    return refusalOf(error instanceof BeHookError ? error.problem : { code: 'internal', text: String(error) });
  }
}

function refusalOf(problem: Problem): Refusal | undefined {
  // Machines that be-hook does not support, and copies in which `be-hook exec` runs a package manager.
  if (['layout-unsupported', 'not-btrfs', 'inside-environment'].includes(problem.code)) return undefined;
  const { message, hint } = describeProblem(problem);
  const what = problem.code === 'packages-refused' ? '' : 'cannot make a restore point: ';
  return { line: `be-hook: ${what}${message}; ${hint}`, status: exitCodes[problem.code] };
}
