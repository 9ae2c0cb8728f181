import { BeHookError, exitCodes, type Problem } from '../model/problem.ts';
import { describeProblem } from '../model/problem-text.ts';
import type { SyncIntent } from '../plan/sync.ts';
import { markNeedsSync } from '../system/needs-sync.ts';
import { isTransactionRunning } from '../system/rpm.ts';
import { findTransaction } from '../system/transaction.ts';
import { type FirstBootStage, runFirstBoot } from './first-boot.ts';
import { beforePackages } from './restore-point.ts';
import { sync } from './sync.ts';

/** The event that kernel-install reports to its plugin. */
export interface KernelEvent {
  readonly verb: 'add' | 'remove';
  readonly release: string;
}

/**
 * How long a hook waits for another be-hook process, in seconds. kernel-install calls a hook for each kernel, and rpm
 * calls one more at its end.
 */
const lockTimeout = 120;

/**
 * A kernel was installed or is being removed. The menu no longer offers a kernel that is being removed, even if its
 * files are still on disk. be-hook refreshes the distribution's own menu once: at the end of the package transaction if
 * there is one. Never throws: see `hook`.
 */
export async function kernelChanged({ verb, release }: KernelEvent): Promise<void> {
  const leaving = verb === 'remove' ? { release } : undefined;
  await hook({ leaving, refreshDistributionMenu: !isTransactionRunning(), kernelInstallRuns: true });
}

/** Updates the menu at the end of a package transaction, whatever the transaction changed. Never throws: see `hook`. */
export async function reconcile(): Promise<void> {
  await hook({ refreshDistributionMenu: true });
}

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

/**
 * Reports a failure in one line on stderr and records it for the next run. The caller never fails with it, because its
 * transaction must go on.
 */
async function hook(intent: SyncIntent): Promise<void> {
  const quiet = (): void => undefined;
  try {
    const plan = await sync(
      { where: undefined, dryRun: false, lockSeconds: lockTimeout, report: quiet },
      { ...intent, byHook: true },
    );
    if (plan.unresolved[0] !== undefined) await complain(plan.unresolved[0]);
  } catch (error) {
    await complain(error instanceof BeHookError ? error.problem : { code: 'internal', text: String(error) });
  }
}

async function complain(problem: Problem): Promise<void> {
  const { message, hint } = describeProblem(problem);
  // The menu that the machine boots with is up to date. Only the part that this line names is not.
  if (problem.code === 'part-failed') {
    process.stderr.write(`be-hook: ${message}; ${hint}\n`);
    return;
  }
  // An unsupported machine is not a failure. The installation of the package and `be-hook status` report it, not every
  // kernel installation.
  if (problem.code === 'layout-unsupported') return;
  process.stderr.write(`be-hook: the boot menu is out of date: ${message}; ${hint}\n`);
  try {
    await markNeedsSync(message);
  } catch {
    // A full or read-only disk cannot hold a note, and the line above has reported the problem.
  }
}
