import { BeHookError, type Problem } from '../model/problem.ts';
import { describeProblem } from '../model/problem-text.ts';
import type { SyncIntent } from '../plan/sync.ts';
import { type EarlyCompanion, hookLockSeconds } from '../system/early-companion.ts';
import { markNeedsSync } from '../system/needs-sync.ts';
import { isTransactionRunning } from '../system/rpm.ts';
import { sync } from './sync.ts';

/** The event that kernel-install reports to its plugin. */
export interface KernelEvent {
  readonly verb: 'add' | 'remove';
  readonly release: string;
}

/**
 * A kernel was installed or is being removed. The menu no longer offers a kernel that is being removed, even if its
 * files are still on disk. be-hook refreshes the distribution's own menu once: at the end of the package transaction if
 * there is one. Never throws: see `hook`.
 */
export async function kernelChanged({ verb, release }: KernelEvent, early?: EarlyCompanion): Promise<void> {
  const leaving = verb === 'remove' ? { release } : undefined;
  await hook({ leaving, refreshDistributionMenu: !isTransactionRunning(), kernelInstallRuns: true }, early);
}

/** Updates the menu at the end of a package transaction, whatever the transaction changed. Never throws: see `hook`. */
export async function reconcile(early?: EarlyCompanion): Promise<void> {
  await hook({ refreshDistributionMenu: true }, early);
}

/**
 * Reports a failure in one line on stderr and records it for the next run. The caller never fails with it, because its
 * transaction must continue.
 */
async function hook(intent: SyncIntent, early: EarlyCompanion | undefined): Promise<void> {
  const quiet = (): void => undefined;
  try {
    const plan = await sync(
      { where: undefined, dryRun: false, lockSeconds: hookLockSeconds, report: quiet, early },
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
    // The mark cannot be written to a full or read-only disk. The line above has reported the problem.
  }
}
