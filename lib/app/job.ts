import { apply } from '../apply/apply.ts';
import { parseInstalled } from '../formats/rpm-packages.ts';
import { printUpgradeReport } from '../formats/upgrade-report.ts';
import { accept } from '../model/accept.ts';
import type { BeName } from '../model/be-name.ts';
import type { BootEnvironment } from '../model/environment.ts';
import { comparePackages, type InstalledPackage } from '../model/package.ts';
import { describeProblem } from '../model/problem-text.ts';
import type { JobStageName } from '../model/stage.ts';
import type { UpgradeReport } from '../model/upgrade.ts';
import { findJobFault } from '../plan/can-boot.ts';
import { askToExec, type ExecIntent, planExec } from '../plan/exec.ts';
import { findEnvironment } from '../plan/find-environment.ts';
import { hidingMountpoints, type Judged, recordPackages } from '../plan/job.ts';
import { judge } from '../plan/judge.ts';
import { protectStore } from '../plan/protect-store.ts';
import { withLock } from '../plan/take-lock.ts';
import { packageCache, planUpgradeBegin, type UpgradeIntent } from '../plan/upgrade.ts';
import type { World } from '../plan/world.ts';
import { listHidden, makeEvidence, readEvidence, writeEvidence } from '../system/evidence.ts';
import { type Entered, type Entering, enterEnvironment } from '../system/exec.ts';
import { pathOf } from '../system/files.ts';
import { type JobLog, openJobLog } from '../system/job-log.ts';
import { observeMounting } from '../system/observe-mounting.ts';
import type { Session } from '../system/session.ts';
import { sizeOfTree } from '../system/size-of-tree.ts';
import { toolPath } from '../system/spawn.ts';
import type { ActOptions } from './act.ts';
import { inSession } from './in-session.ts';
import type { StageListener } from './in-stages.ts';
import { beforeCopy, observeWorld } from './observe-world.ts';
import { reviveCopy } from './revive-copy.ts';

/** A copy in which a job runs. */
export interface Job {
  readonly name: BeName;
  readonly source: string;
  /** The root of the copy, from the top of the file system. */
  readonly root: string;
  /** The mark of the copy while the job runs. */
  readonly mark: string | undefined;
  readonly report: UpgradeReport;
  readonly log: JobLog;
  readonly entered: Entered;
  /** Whether be-hook copies some of its volumes only at its first boot. */
  readonly waits: boolean;
  /** Sentences that say which volumes be-hook copies, and which it does not copy. */
  readonly notes: readonly string[];
}

/** Gets the output of a job's programs while they print it. */
export type OutputListener = (chunk: Buffer) => void;

/** Where a job reports its progress. */
export interface JobCaller {
  readonly onOutput: OutputListener;
  /** Gets a sentence when something begins. */
  readonly onProgress: (sentence: string) => void;
  readonly onStage: StageListener<JobStageName>;
}

/**
 * Scriptlets find no systemd, no udev and no user to talk to (systemctl(1), SYSTEMD_OFFLINE). Programs come from
 * packages.
 */
const variables = {
  PATH: toolPath,
  LC_ALL: 'C.UTF-8',
  SYSTEMD_OFFLINE: '1',
  DISABLE_RESTART_ON_UPDATE: 'yes',
  TERM: 'dumb',
};

/** Runs a command in an environment, discards its changes, and returns its output. */
export async function runScratch(
  options: ActOptions,
  intent: Pick<ExecIntent, 'target' | 'command'>,
  onOutput: OutputListener,
  withCache: boolean,
): Promise<number> {
  const entered = await inSession(options, 'write', async (session) =>
    enter(session, await observeWorld(session), { ...intent, job: 'scratch' }, onOutput, withCache),
  );
  return await entered.run();
}

/**
 * Makes the copy and mounts it for its job, both under one lock. Otherwise another process could take it for unfinished
 * work.
 */
export async function beginJob(
  options: ActOptions,
  intent: UpgradeIntent & { readonly source: NonNullable<UpgradeIntent['source']> },
  command: readonly string[],
  onOutput: OutputListener,
): Promise<Job> {
  return await inSession(options, 'write', async (session) => {
    const downloaded = sizeOfTree(pathOf(session.top, packageCache));
    const before = await observeWorld(session, { ...beforeCopy, uses: 'always' });
    const begun = withLock(protectStore(accept(planUpgradeBegin(before, intent, downloaded)), before.observation));
    const missing = await apply(session, begun, options.report);
    const { name, source } = begun;
    const world = await observeWorld(session);
    const { subvolume, firstBoot } = copyOf(world, name);
    const { path, uuid } = subvolume;
    makeEvidence(session, path);
    const report = beginReport({ uuid, source, command, began: intent.now });
    writeEvidence(session, path, 'report', printUpgradeReport(report));
    const log = openJobLog(session, path);
    const target = { name, snapshot: undefined };
    const given = { target, command: recordPackages(command), job: 'change' } as const;
    const entered = await enter(session, world, given, tee(log, onOutput), true);
    const waits = firstBoot !== undefined;
    const { mark } = world.observation.roots.find((root) => root.subvolume.path === path) ?? { mark: undefined };
    return {
      name,
      source,
      root: path,
      mark,
      report,
      log,
      entered,
      waits,
      notes: [...(begun.notes ?? []), ...missing.map((problem) => `warning: ${describeProblem(problem).message}`)],
    };
  });
}

function beginReport(begun: Pick<UpgradeReport, 'uuid' | 'source' | 'command' | 'began'>): UpgradeReport {
  return { version: 1, ...begun, stage: 'packages', findings: [] };
}

/** Runs another command in the copy of a job, and adds its output to the same log. */
export async function runInJob(
  options: ActOptions,
  { name, log }: Job,
  command: readonly string[],
  onOutput: OutputListener,
): Promise<number> {
  const target = { name, snapshot: undefined };
  const entered = await inSession(options, 'write', async (session) =>
    enter(session, await observeWorld(session), { target, command, job: 'change' }, tee(log, onOutput), false),
  );
  return await entered.run();
}

/** Observes and judges everything that a job left in its copy. */
export async function judgeJob(options: ActOptions, job: Job, status: number): Promise<Judged> {
  return await inSession(options, 'write', async (session) => {
    const { world, why } = await reviveCopy(session, job.root, job.mark);
    const copy = copyOf(world, job.name);
    const source = world.state.environments.find(({ name }) => name === job.source.split('@')[0]);
    const read = (name: Parameters<typeof readEvidence>[2]): string | undefined =>
      readEvidence(session, job.root, name);
    const before = readPackages(read('packages-before'));
    const after = readPackages(read('packages-after'), read('packages-parallel'));
    const findings = judge({
      command: job.report.command,
      status,
      log: job.log.read(),
      before,
      after,
      tampering: why ?? job.log.findTampering(session),
      verify: read('verify') ?? '',
      hidden: findHidden(session, world, job, source),
      copy,
      bootFault: findJobFault(copy, source, world.observation),
      source,
    });
    return { findings, packages: before && after ? comparePackages(before, after) : undefined };
  });
}

/** The files that the job made below a mount point which hides them. Files that its source has there are older. */
function findHidden(session: Session, world: World, { root }: Job, source?: BootEnvironment): readonly string[] {
  const mountpoints = hidingMountpoints(world, root);
  const known = new Set(source === undefined ? [] : listHidden(session, source.subvolume.path, mountpoints));
  return listHidden(session, root, mountpoints).filter((path) => !known.has(path));
}

function readPackages(text: string | undefined, parallel?: string): readonly InstalledPackage[] | undefined {
  const found = text === undefined ? [] : parseInstalled(text, parallel);
  return found.length === 0 ? undefined : found;
}

async function enter(
  session: Session,
  world: World,
  given: Pick<ExecIntent, 'target' | 'command' | 'job'>,
  onOutput: OutputListener,
  withCache: boolean,
): Promise<Entered> {
  const intent: ExecIntent = { ...given, shared: false };
  const request = accept(askToExec(world, intent));
  const plan = accept(planExec(world, intent, observeMounting(session, world.observation.subvolumes, request)));
  const packages = withCache ? world.observation.subvolumes.find(({ path }) => path === packageCache) : undefined;
  const entering: Entering = { variables, onOutput, ...(packages === undefined ? {} : { packages }) };
  return await enterEnvironment(session, plan, entering);
}

function copyOf({ state }: World, name: BeName): BootEnvironment {
  return accept(findEnvironment(state, name));
}

function tee(log: JobLog, onOutput: OutputListener): OutputListener {
  return (chunk) => {
    log.write(chunk);
    onOutput(chunk);
  };
}
