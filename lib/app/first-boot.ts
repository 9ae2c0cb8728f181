import { parseUpgradeReport, printUpgradeReport } from '../formats/upgrade-report.ts';
import type { BootEnvironment } from '../model/environment.ts';
import { describeFinding } from '../model/finding-text.ts';
import { BeHookError, isProblem, type Problem } from '../model/problem.ts';
import { describeProblem } from '../model/problem-text.ts';
import { evidencePlace, type Finding } from '../model/upgrade.ts';
import { planFirstBootDone, planFirstBootFailed, planFirstCopies, planMigrationBegin } from '../plan/first-boot.ts';
import { postUpgradeScript } from '../plan/job.ts';
import { listPostUpgrade, makeEvidence, readEvidence, writeEvidence } from '../system/evidence.ts';
import { type JobLog, openJobLog } from '../system/job-log.ts';
import { runStreaming } from '../system/run.ts';
import type { Session } from '../system/session.ts';
import { type ActOptions, act } from './act.ts';
import { inSession } from './in-session.ts';
import { observeWorld } from './observe-world.ts';

/**
 * The kinds of deferred work, in their order. be-hook copies volumes before they are mounted, then runs the hooks that
 * use them.
 */
export type FirstBootStage = 'copy' | 'migrate';

/**
 * Does the deferred work of the running boot environment at its first boot. If that fails, makes the boot environment
 * that it came from the default again, because nothing has changed the data there. Then throws `first-boot-failed`.
 */
export async function runFirstBoot(options: ActOptions, stage: FirstBootStage): Promise<void> {
  try {
    if (stage === 'copy') await act(options, planFirstCopies);
    else await migrate(options);
  } catch (error) {
    // The machine must not try the same again by itself, whatever the error was.
    const unexpected: Problem = { code: 'internal', text: String(error) };
    throw new BeHookError(await returnToPrevious(options, error instanceof BeHookError ? error.problem : unexpected));
  }
}

async function migrate(options: ActOptions): Promise<void> {
  const { running, hooks } = await inSession(options, 'read', async (session) => {
    const found = (await observeWorld(session)).state.environments.find((environment) => environment.running);
    return { running: found, hooks: found === undefined ? [] : listPostUpgrade(session, found.subvolume.path) };
  });
  if (running?.firstBoot === undefined) return;
  const { copies, migration } = running.firstBoot;
  if (copies.length > 0) throw failure(running, 'its volumes were not copied');
  if (migration === 'begun') throw failure(running, 'the post-upgrade hooks were interrupted');
  if (hooks.length > 0) {
    await act({ ...options, recorded: undefined }, (world) => planMigrationBegin(world, now()));
    const failed = await runHooks(options, running, hooks);
    if (failed !== undefined) throw failure(running, describeFinding(failed));
  }
  await act(options, planFirstBootDone);
}

/** Runs the post-upgrade hooks, and appends their output to the log of the upgrade. Returns what failed. */
async function runHooks(
  options: ActOptions,
  { subvolume }: BootEnvironment,
  hooks: readonly string[],
): Promise<Finding | undefined> {
  const { path } = subvolume;
  const log = await inSession(options, 'write', (session): JobLog => {
    makeEvidence(session, path);
    return openJobLog(session, path, { goOn: true });
  });
  try {
    const script = `exec 2>&1; export HOME=/root LC_ALL=C.UTF-8\n${postUpgradeScript}`;
    const args = ['-c', script, 'be-hook', evidencePlace, ...hooks];
    const status = await runStreaming('/bin/sh', args, (text) => {
      const chunk = Buffer.from(text, 'latin1');
      log.write(chunk);
      process.stderr.write(chunk);
    });
    await log.settle();
    if (status === 0) return undefined;
    return await inSession(options, 'write', (session) => {
      const failed = readEvidence(session, path, 'failed-hook') ?? hooks[0] ?? '';
      const finding: Finding = { kind: 'hook', path: failed, status };
      keepFinding(session, subvolume, finding);
      return finding;
    });
  } finally {
    log.close();
  }
}

function keepFinding(session: Session, { path, uuid }: BootEnvironment['subvolume'], finding: Finding): void {
  const report = parseUpgradeReport(readEvidence(session, path, 'report') ?? '', uuid);
  if (report === undefined) return;
  const told = { ...report, ended: now(), stage: 'post-upgrade', findings: [...report.findings, finding] } as const;
  writeEvidence(session, path, 'report', printUpgradeReport(told));
}

/** Makes the previous boot environment boot by default again. Returns the problem to report. */
async function returnToPrevious(options: ActOptions, problem: Problem): Promise<Problem> {
  const why = problem.code === 'first-boot-failed' ? problem.why : describeProblem(problem).message;
  let told = { name: 'the running system', previous: undefined as string | undefined };
  try {
    let way: typeof told | undefined;
    await act(options, (world) => {
      const plan = planFirstBootFailed(world);
      const running = world.state.environments.find((environment) => environment.running);
      told = { ...told, name: running?.name ?? told.name };
      if (!isProblem(plan)) way = { ...told, previous: plan.previous };
      return plan;
    });
    told = way ?? told;
  } catch (error) {
    if (!(error instanceof BeHookError)) throw error;
  }
  return { code: 'first-boot-failed', why, ...told };
}

function failure({ name }: BootEnvironment, why: string): BeHookError {
  return new BeHookError({ code: 'first-boot-failed', name, why, previous: undefined });
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
