import { BeHookError, exitCodes, type Problem } from '../model/problem.ts';
import { describeProblem } from '../model/problem-text.ts';
import type { SyncIntent } from '../plan/sync.ts';
import { markNeedsSync } from '../system/needs-sync.ts';
import { isTransactionRunning } from '../system/rpm.ts';
import { findTransaction } from '../system/transaction.ts';
import { type FirstBootStage, runFirstBoot } from './first-boot.ts';
import { beforePackages } from './restore-point.ts';
import { sync } from './sync.ts';

/** What kernel-install told its plugin. */
export interface KernelEvent {
  readonly verb: 'add' | 'remove';
  readonly release: string;
}

/**
 * How long a hook waits for another be-hook, in seconds: kernel-install calls one for each kernel, and rpm one more at
 * its end.
 */
const patience = 120;

/**
 * A kernel was installed or is being removed. The one that leaves is offered no longer, whatever is still on disk. The
 * distribution's own menu is refreshed once: at the end of the package transaction if there is one. Never throws: see
 * `hook`.
 */
export async function kernelChanged({ verb, release }: KernelEvent): Promise<void> {
  const leaving = verb === 'remove' ? { release } : undefined;
  await hook({ leaving, refreshDistributionMenu: !isTransactionRunning(), kernelInstallRuns: true });
}

/**
 * The end of a package transaction: whatever changed, the menu is brought in step with it. Never throws: see `hook`.
 */
export async function reconcile(): Promise<void> {
  await hook({ refreshDistributionMenu: true });
}

/**
 * Does what the running boot environment has to do when it boots for the first time; answers the exit status, and says
 * what went wrong. Never throws.
 */
export async function firstBoot(stage: FirstBootStage): Promise<number> {
  const quiet = (): void => undefined;
  const recorded = { time: Math.floor(Date.now() / 1000), user: 'root', command: ['(first boot)', stage] };
  try {
    await runFirstBoot({ where: undefined, dryRun: false, lockSeconds: patience, report: quiet, recorded }, stage);
    return 0;
  } catch (error) {
    const problem: Problem = error instanceof BeHookError ? error.problem : { code: 'internal', text: String(error) };
    const { message, hint } = describeProblem(problem);
    process.stderr.write(`be-hook: ${message}; ${hint}\n`);
    return exitCodes[problem.code];
  }
}

/** Why there is no restore point. */
export interface Refusal {
  readonly line: string;
  readonly status: number;
}

/**
 * Packages of the running system are about to change, by the process with this number: makes a restore point, or
 * whatever the settings say, or where such a transaction is not `refusable` what comes next to it. Undefined if that was
 * done; whether the transaction ends otherwise is decided by `hooks/package-transaction`. Never throws.
 */
export async function packagesWillChange(pid: number, refusable: boolean): Promise<Refusal | undefined> {
  const quiet = (): void => undefined;
  const now = Math.floor(Date.now() / 1000);
  try {
    const transaction = findTransaction(pid);
    const words = transaction?.words ?? 'a package transaction';
    const recorded = { time: now, user: 'root', command: ['(before)', words] };
    const key = transaction?.key;
    const intent = { transaction: key, name: undefined, description: `before: ${words}`, now, refusable };
    await beforePackages({ where: undefined, dryRun: false, lockSeconds: patience, report: quiet, recorded }, intent);
    return undefined;
  } catch (error) {
    return refusalOf(error instanceof BeHookError ? error.problem : { code: 'internal', text: String(error) });
  }
}

function refusalOf(problem: Problem): Refusal | undefined {
  // Machines that are not served, and copies at work in which `be-hook exec` runs a package manager.
  if (['layout-unsupported', 'not-btrfs', 'inside-environment'].includes(problem.code)) return undefined;
  const { message, hint } = describeProblem(problem);
  const what = problem.code === 'packages-refused' ? '' : 'cannot make a restore point: ';
  return { line: `be-hook: ${what}${message}; ${hint}`, status: exitCodes[problem.code] };
}

/**
 * A failure is said in one line on stderr and noted for the next run; it never becomes the caller's, whose transaction
 * must go on.
 */
async function hook(intent: SyncIntent): Promise<void> {
  const quiet = (): void => undefined;
  try {
    const plan = await sync(
      { where: undefined, dryRun: false, lockSeconds: patience, report: quiet },
      { ...intent, byHook: true },
    );
    if (plan.unresolved[0] !== undefined) await complain(plan.unresolved[0]);
  } catch (error) {
    await complain(error instanceof BeHookError ? error.problem : { code: 'internal', text: String(error) });
  }
}

async function complain(problem: Problem): Promise<void> {
  const { message, hint } = describeProblem(problem);
  // The menu that the machine boots by is in step: nothing is due but what the line says.
  if (problem.code === 'part-failed') {
    process.stderr.write(`be-hook: ${message}; ${hint}\n`);
    return;
  }
  // Not a failure but a machine that is not served: said when the package is installed and by `be-hook status`, not at
  // every kernel.
  if (problem.code === 'layout-unsupported') return;
  process.stderr.write(`be-hook: the boot menu is out of date: ${message}; ${hint}\n`);
  try {
    await markNeedsSync(message);
  } catch {
    // Nothing can be noted on a full or read-only disk, and the line above has been said.
  }
}
