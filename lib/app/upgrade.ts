import { describeFinding } from '../model/finding-text.ts';
import { BeHookError } from '../model/problem.ts';
import type { Target } from '../model/snapshot-name.ts';
import {
  type Finding,
  isMistake,
  type JobStage,
  type PackageChanges,
  type PackageCommand,
  type PackageManager,
  type UpgradeReport,
} from '../model/upgrade.ts';
import { planDestroy } from '../plan/destroy.ts';
import { hasMistake } from '../plan/judge.ts';
import { hasSucceeded, type PackageFacts, type PackageRun, planPackageRun } from '../plan/package-manager.ts';
import {
  type BeginPlan,
  checkDatabase,
  checkUpgrade,
  configuredManager,
  planPackageCache,
  planUpgradeBegin,
  planUpgradeDone,
  planUpgradeFailed,
  type UpgradeIntent,
} from '../plan/upgrade.ts';
import { lockUpgrades } from '../system/upgrade-lock.ts';
import { type ActOptions, act } from './act.ts';
import { accept, inSession } from './in-session.ts';
import { beginJob, type Job, type JobCaller, type Judged, judgeJob, type Listener, runScratch } from './job.ts';
import { keepReport } from './keep-report.ts';
import { observeWorld } from './observe-world.ts';
import { runPostUpgrade } from './post-upgrade.ts';

/** What is to be done in a copy. */
export interface JobIntent extends UpgradeIntent {
  /** A command as it is, or one of the package manager. */
  readonly what:
    | { readonly kind: 'run'; readonly command: readonly string[] }
    | { readonly kind: 'upgrade'; readonly asked: PackageCommand };
  /** Whether the copy is used although scriptlets failed. */
  readonly tolerateScriptlets: boolean;
}

/** What came of a job. */
export interface JobResult {
  /** Undefined where there was nothing to do, and the copy is gone again. */
  readonly name: string | undefined;
  readonly source: string;
  readonly findings: readonly Finding[];
  readonly packages: PackageChanges | undefined;
  readonly notes: readonly string[];
}

/**
 * Changes packages in a copy of a boot environment, never in itself: downloads first, then copies, then runs the package
 * manager where nothing of the machine can be reached, judges what it did, runs what belongs on the upgraded software,
 * and only then lets the copy into the menu. Whatever goes wrong, the source and the menu are as before, and the copy is
 * kept to be looked at: `upgrade-failed`. One at a time is at work on a file system; another one is refused.
 */
export async function upgrade(options: ActOptions, intent: JobIntent, caller: JobCaller): Promise<JobResult> {
  const lock = await inSession(options, 'read', lockUpgrades);
  try {
    return await upgradeAlone(options, intent, caller);
  } finally {
    await lock.close();
  }
}

async function upgradeAlone(options: ActOptions, intent: JobIntent, caller: JobCaller): Promise<JobResult> {
  const { source, configured } = await check(options, intent);
  const { what } = intent;
  const run = what.kind === 'upgrade' ? await prepare(options, source, { ...what, configured }, caller) : undefined;
  const command = what.kind === 'run' ? what.command : (run?.command ?? []);
  const job = await beginJob(options, { ...intent, source }, command, caller.listen);
  caller.tell(`“${job.name}” is a copy of “${job.source}”; running in it: ${command.join(' ')}`);
  try {
    return await carryOut(options, job, intent, caller);
  } catch (error) {
    // Whatever it was, what is not complete is evidence; the first error is the one to tell.
    await giveUp(options, job).catch(() => undefined);
    throw error;
  } finally {
    job.log.close();
  }
}

async function carryOut(options: ActOptions, job: Job, intent: JobIntent, caller: JobCaller): Promise<JobResult> {
  const status = await job.entered.run();
  await job.log.settle();
  const judged = await judgeJob(options, job, status);
  if (intent.what.kind === 'upgrade' && isNothing(judged)) return await discard(options, job, judged);
  if (hasMistake(judged.findings, intent.tolerateScriptlets)) return await fail(options, job, judged, 'packages');
  const failed = await runPostUpgrade(options, job, intent.now, caller);
  if (failed === undefined) return await complete(options, job, judged, intent);
  return await fail(options, job, { ...judged, findings: [...judged.findings, failed] }, 'post-upgrade');
}

interface Checked {
  readonly source: Target;
  readonly configured: PackageManager | undefined;
}

function check(options: ActOptions, intent: JobIntent): Promise<Checked> {
  const oneShot = intent.activation === 'once';
  return inSession(options, 'read', async (session) => {
    const world = await observeWorld(session, { oneShot });
    const source = accept(checkUpgrade(world, intent));
    return { source, configured: configuredManager(world, source) };
  });
}

/** Asks a boot environment about its packages, in its own words. */
const questions = `
realpath -m -- "$(rpm --eval '%{_dbpath}' 2>/dev/null)" 2>/dev/null || echo
for program in dnf5 dnf-3 zypper; do command -v "$program" >/dev/null && echo "$program"; done
exit 0
`;

/** What would be done, as far as it can be known before anything is. */
export async function planOnly(
  options: ActOptions,
  intent: JobIntent,
): Promise<{ readonly plan: BeginPlan; readonly command: readonly string[] }> {
  const { source, configured } = await check(options, intent);
  const plan = await inSession(options, 'read', async (session) =>
    accept(planUpgradeBegin(await observeWorld(session, { uses: 'leftovers' }), { ...intent, source }, 0)),
  );
  const { what } = intent;
  const words =
    what.kind === 'run'
      ? what.command
      : [what.asked.manager ?? configured ?? 'its package manager', ...what.asked.words];
  return { plan, command: words };
}

/** How much of what a package manager said last is a part of the message. */
const toldLines = 4;

/** What is missing is downloaded while nothing exists yet that would have to be taken away if that fails. */
async function prepare(
  options: ActOptions,
  source: Target,
  { asked, configured }: { readonly asked: PackageCommand } & Pick<Checked, 'configured'>,
  { listen, tell }: JobCaller,
): Promise<PackageRun> {
  let answer = '';
  const hear: Listener = (chunk) => {
    answer += chunk.toString();
  };
  await runScratch(options, { target: source, command: ['/bin/sh', '-c', questions] }, hear, false);
  const facts = readAnswer(answer);
  const { name } = source;
  const run = accept(planPackageRun(name, asked, configured, facts));
  await act({ ...options, recorded: undefined }, (world) => {
    return checkDatabase(world, source, facts) ?? planPackageCache(world);
  });
  tell(`downloading before the copy is made: ${run.download.join(' ')}`);
  let said = '';
  const tee: Listener = (chunk) => {
    said = (said + chunk.toString()).slice(-4096);
    listen(chunk);
  };
  const status = await runScratch(options, { target: source, command: run.download }, tee, true);
  if (hasSucceeded(run.download, status)) return run;
  const lines = said.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  throw new BeHookError({ code: 'download-failed', name, status, output: lines.slice(-toldLines).join('; ') });
}

function readAnswer(text: string): PackageFacts {
  const [database = '', ...found] = text.split('\n').map((line) => line.trim());
  const names: Readonly<Record<string, PackageManager>> = { dnf5: 'dnf5', 'dnf-3': 'dnf4', zypper: 'zypper' };
  const managers = found.flatMap((program) => names[program] ?? []);
  return { managers, database: database.startsWith('/') ? database : undefined };
}

function isNothing({ findings, packages }: Judged): boolean {
  if (hasMistake(findings, false) || packages === undefined) return false;
  return [packages.added, packages.removed, packages.changed].every((list) => list.length === 0);
}

async function discard(options: ActOptions, { name, source }: Job, { findings }: Judged): Promise<JobResult> {
  await act({ ...options, recorded: undefined, look: { uses: 'always' } }, (world) =>
    planDestroy(world, { name, snapshot: undefined }),
  );
  return {
    name: undefined,
    source,
    findings,
    packages: undefined,
    notes: ['There was nothing to upgrade; be-hook deleted the copy.'],
  };
}

/** Makes the copy a boot environment like any other. */
async function complete(options: ActOptions, job: Job, judged: Judged, intent: JobIntent): Promise<JobResult> {
  await finish(options, job, judged, 'done');
  const { name, source, notes } = job;
  const { activation, now } = intent;
  const look = { uses: 'always', oneShot: activation === 'once' } as const;
  const plan = await act({ ...options, look }, (world) => planUpgradeDone(world, { name, activation, now }));
  return { name, source, ...judged, notes: [...notes, ...(plan.notes ?? [])] };
}

/** Tells what went wrong, and writes it down; throws `upgrade-failed`. */
async function fail(options: ActOptions, job: Job, judged: Judged, stage: JobStage): Promise<never> {
  const { name } = job;
  await finish(options, job, judged, stage);
  const first = judged.findings.find(({ kind }) => isMistake[kind]);
  throw new BeHookError({
    code: 'upgrade-failed',
    name,
    why: first === undefined ? 'see its report' : describeFinding(first),
  });
}

/** Keeps the copy as evidence. */
async function giveUp(options: ActOptions, { name }: Job): Promise<void> {
  await act(options, (world) => planUpgradeFailed(world, name));
}

function finish(options: ActOptions, job: Job, { findings, packages }: Judged, stage: JobStage): Promise<void> {
  const ended = Math.floor(Date.now() / 1000);
  const more = packages === undefined ? {} : { packages };
  const report: UpgradeReport = { ...job.report, ended, stage, findings, ...more };
  return keepReport(options, job, report);
}
